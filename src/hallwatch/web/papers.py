"""What pages need to print something, and how a paper is answered with: never stored, never cached, on record."""

from __future__ import annotations

from typing import Protocol

from fastapi import HTTPException
from fastapi.responses import HTMLResponse, Response

from hallwatch.core.paper import Paper
from hallwatch.errors import UserError


class Papers(Protocol):
    """Papers in every language, one of them first."""

    def page(self, paper: Paper, first: str) -> str:
        """A page of HTML to be printed from a browser."""

    def pdf(self, paper: Paper, first: str) -> bytes:
        """The same as a PDF. Raises PaperError."""


def printed(papers: Papers, paper: Paper, first: str, name: str = "") -> Response:
    """The paper: with a ``name`` (that says nothing of anybody) as a PDF, else as a page."""
    if not name:
        return HTMLResponse(papers.page(paper, first))
    try:
        pdf = papers.pdf(paper, first)
    except UserError as error:
        raise HTTPException(422, str(error)) from None
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
