"""Small pictures of uploaded images, made after the last piece has arrived."""

from PIL import Image

SIZES = ((64, 64), (256, 256))


def make_thumbnails(source, target_folder):
    """Write one small picture per size, keeping the proportions of the original."""
    made = []
    with Image.open(source) as picture:
        upright = _rotate_by_exif(picture)
        for width, height in SIZES:
            small = upright.copy()
            small.thumbnail((width, height))
            path = target_folder / f"{source.stem}_{width}.webp"
            small.save(path, "WEBP", quality=80)
            made.append(path)
    return made


def _rotate_by_exif(picture):
    turn = {3: 180, 6: 270, 8: 90}.get(picture.getexif().get(274))
    return picture.rotate(turn, expand=True) if turn else picture


def is_picture(content_type):
    return content_type.startswith("image/") and not content_type.endswith("svg+xml")
