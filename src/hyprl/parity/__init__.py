"""Two logs joined bar by bar, counted, and judged by the gates of a stage."""
