"""Arrays as PNG images inside the page (data URLs), one pixel a value: the browser enlarges them."""

from __future__ import annotations

import io
from base64 import b64encode

import numpy as np
from PIL import Image

# Okabe and Ito's blue and vermilion: the colour-blind tell them apart.
POSITIVE, NEGATIVE, ZERO = np.array([0, 114, 178]), np.array([213, 94, 0]), np.array([255, 255, 255])
NOTHING = np.array([128, 128, 128])


def photograph(image: np.ndarray) -> str:
    """An image, uint8 [rows, columns, 1], as a data URL."""
    return _data_url(Image.fromarray(np.ascontiguousarray(image[:, :, 0])))


def signed(values: np.ndarray, scale: float) -> str:
    """Weights [rows, columns] as a data URL: 0 white, `scale` blue, -`scale` orange; grey where there is no number."""
    share = np.clip(values / scale if scale > 0 else np.zeros_like(values), -1, 1)[..., None]
    towards = np.where(share > 0, POSITIVE, NEGATIVE)
    pixels = ZERO + np.abs(share) * (towards - ZERO)
    pixels = np.where(np.isfinite(share), np.nan_to_num(pixels), NOTHING)
    return _data_url(Image.fromarray(np.round(pixels).astype(np.uint8)))


def _data_url(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode("ascii")
