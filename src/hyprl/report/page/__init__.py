"""The parity page: one self-contained HTML file that shows a finished comparison. Needs no network and no library."""

from hyprl.report.page.content import PageContent, Side
from hyprl.report.page.document import render_page

__all__ = ["PageContent", "Side", "render_page"]
