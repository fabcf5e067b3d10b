"""Where frames come from: files, cameras, folders of images, all through PyAV."""
