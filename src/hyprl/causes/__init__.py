"""Where two logs part and why, as typed findings read off the two logs; it writes no sentence and knows no engine."""
