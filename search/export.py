"""Export: a retrained model as a file for elsewhere, checked against the model that was judged."""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from datasets.native_stderr import native_stderr_muted
from search.errors import ExportError
from search.study import write_whole

ExportFormat = Literal["keras", "tflite"]
# float16: weights of half the size; dynamic: weights of 8 bits where that pays, values stay floats.
Quantization = Literal["none", "float16", "dynamic"]
CHECKED_IMAGES = 1000


@dataclass(frozen=True)
class Exported:
    """A written file: its size in bytes, and on how many of `images` images it gives the Keras model's class."""

    path: Path
    size: int
    agreeing: int
    images: int


def export(
    model_file: Path, images: np.ndarray, path: Path, form: ExportFormat, quantize: Quantization = "none"
) -> Exported:
    """Writes a `.keras` model in another format and compares the file's classes with the model's.

    `images` uint8 [N, rows, columns, channels] are what it is checked on. The file is whole or not there.

    Raises:
        ExportError: the model cannot be read or not be converted.
    """
    try:
        model = keras.models.load_model(model_file)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ExportError(f"expected a Keras model in {model_file}, got: {reason}; run retrain again") from error
    wanted = _classes(model.predict(images, verbose=0))
    content = model_file.read_bytes() if form == "keras" else to_tflite(model, quantize)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    given = keras_classes(path, images) if form == "keras" else tflite_classes(path, images)
    return Exported(path, len(content), int((given == wanted).sum()), len(images))


def to_tflite(model: keras.Model, quantize: Quantization) -> bytes:
    """The model as TensorFlow Lite, float32 pixels 0 - 255 in, logits out, batches of any size. Raises ExportError."""
    with tempfile.TemporaryDirectory() as folder, native_stderr_muted():
        try:
            # By way of a SavedModel, which fixes the signature: any number of images at once.
            model.export(folder, format="tf_saved_model", verbose=False)
            converter = tf.lite.TFLiteConverter.from_saved_model(folder)
            if quantize != "none":
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
            if quantize == "float16":
                converter.target_spec.supported_types = [tf.float16]
            content: bytes = converter.convert()
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ExportError(
                f"expected a model that TensorFlow Lite can hold, got: {reason}; export it as keras"
            ) from error
    return content


def keras_classes(path: Path, images: np.ndarray) -> np.ndarray:
    """The class a `.keras` file gives each image, int [N]."""
    return _classes(keras.models.load_model(path).predict(images, verbose=0))


def tflite_classes(path: Path, images: np.ndarray) -> np.ndarray:
    """The class a TensorFlow Lite file gives each image, int [N]."""
    with native_stderr_muted(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the day on which the interpreter moves into a package of its own
        interpreter = tf.lite.Interpreter(model_path=str(path))
        (given,), (asked,) = interpreter.get_input_details(), interpreter.get_output_details()
        interpreter.resize_tensor_input(given["index"], images.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(given["index"], images.astype(given["dtype"]))
        interpreter.invoke()
        return _classes(interpreter.get_tensor(asked["index"]))


def _classes(logits: Any) -> np.ndarray:
    return np.asarray(logits).argmax(-1)
