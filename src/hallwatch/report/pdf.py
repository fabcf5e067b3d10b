"""The door to WeasyPrint: HTML of ours becomes a tagged PDF, and nothing is ever fetched for it."""

from __future__ import annotations

from ctypes import CDLL

from hallwatch.errors import PaperError

PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0")
NO_PANGO = (
    "no PDF can be made here: the library Pango is missing (Debian: libpango-1.0-0, libpangoft2-1.0-0); print the page"
    " instead"
)


def pdf_of(html: str) -> bytes:
    """A PDF/UA-1 of one page of HTML with its style inside. Raises PaperError where Pango is missing."""
    try:
        for library in PANGO:
            CDLL(library)
    except OSError as error:
        raise PaperError(NO_PANGO) from error
    # Not at the top: it loads Pango, and a server does without that until somebody wants a PDF.
    from weasyprint import HTML, images
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    # It has Pillow take half pictures for whole ones, in this whole process; photos of people are to be whole.
    images.ImageFile.LOAD_TRUNCATED_IMAGES = False

    class Nothing(URLFetcher):  # type: ignore[misc]
        """Neither the network nor any file."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            raise ValueError("a paper fetches nothing")

    made: bytes = HTML(string=html, url_fetcher=Nothing()).write_pdf(pdf_variant="pdf/ua-1")
    return made
