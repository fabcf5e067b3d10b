"""Where frames come from: files, cameras, folders of images, all through PyAV.

``address`` reads what the user typed and imports nothing heavy, so that it may run anywhere. Everything that
touches FFmpeg (``opening.open_source`` and what it calls) runs only inside a decoder process.
"""
