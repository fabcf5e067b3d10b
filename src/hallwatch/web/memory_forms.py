"""Forms with large files, which are kept in memory from their first byte on: nothing of them is on any disk."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import BinaryIO, cast

from fastapi import HTTPException, Request
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import Response

MOST_FILES = 4


class _Parser(MultiPartParser):
    """Starlette's, with anonymous memory in the place of temporary files: it can be handed to another process."""

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        upload = self._current_part.file
        if upload is not None:
            upload.file.close()
            upload.file = memory_file()
            self._files_to_close_on_error[-1] = upload.file  # type: ignore[call-overload]


class _Request(Request):
    async def _get_form(
        self,
        *,
        max_files: int | float = MOST_FILES,
        max_fields: int | float = 1000,
        max_part_size: int = 1 << 20,
    ) -> FormData:
        if self._form is None and self.headers.get("content-type", "").startswith("multipart/form-data"):
            try:
                async with aclosing(self.stream()) as stream:
                    parser = _Parser(
                        self.headers,
                        stream,
                        max_files=MOST_FILES,
                        max_fields=max_fields,
                        max_part_size=max_part_size,
                    )
                    self._form = await parser.parse()
            except MultiPartException as error:
                raise HTTPException(400, "The form did not arrive as a browser sends it.") from error
        return await super()._get_form(max_fields=max_fields, max_part_size=max_part_size)


class InMemory(APIRoute):
    """A route whose forms are read so."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Implements APIRoute."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            ours = _Request(request.scope, request.receive)
            try:
                return await handle(ours)
            finally:
                await ours.close()

        return answer


def memory_file() -> BinaryIO:
    """An empty file that has no name and lies in no folder."""
    return cast(BinaryIO, os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC), "w+b"))
