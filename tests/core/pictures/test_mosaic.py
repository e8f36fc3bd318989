"""Values as bytes of a colour table, tiles in one picture, and weights in the shape of their input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.core.pictures import mosaic


def test_codes_of_values() -> None:
    assert mosaic.diverging(np.array([-2.0, -1, 0, 1, 2, np.nan, np.inf]), 1.0).tolist() == [0, 0, 127, 254, 254, 127, 254]
    assert mosaic.magnitude(np.array([0, 0.5, 1, 3, np.nan]), 1.0).tolist() == [0, 127, 254, 254, 0]
    assert mosaic.gray(np.array([3.0, 5, 7]), 3, 7).tolist() == [0, 127, 254]
    assert mosaic.diverging(np.zeros(3), 0.0).tolist() == [127] * 3


def test_map_follows_the_sign() -> None:
    codes, name, scale = mosaic.colored(np.array([0.0, 2.0]))
    assert (codes.tolist(), name, scale) == ([0, 254], "magnitude", 2.0)
    assert mosaic.colored(np.array([-1.0, 2.0]))[1] == "diverging"
    assert mosaic.colored(np.zeros(2))[1:] == ("magnitude", 1.0)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 9), st.integers(1, 12), st.integers(0, 2))
def test_every_pixel_of_every_tile_is_found_again(count: int, height: int, width: int, columns: int, gap: int) -> None:
    layout = mosaic.Layout(count, height, width, min(columns, count), gap)
    tiles = np.arange(count * height * width).reshape(count, height, width) % 250
    picture = mosaic.compose(tiles.astype(np.uint8), layout)
    assert picture.shape == layout.shape and picture.dtype == np.uint8 and picture.flags.c_contiguous
    seen = 0
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            found = layout.at(y, x)
            if found is None:
                assert picture[y, x] == mosaic.GAP
            else:
                assert picture[y, x] == tiles[found]
                seen += 1
    assert seen == count * height * width


def test_outside_is_no_tile() -> None:
    layout = mosaic.Layout(3, 2, 2, 2)
    assert layout.at(-1, 0) is None and layout.at(0, 99) is None and layout.at(3, 3) is None


@pytest.mark.parametrize(("count", "aspect", "columns"), [(1, 2.0, 1), (9, 1.0, 3), (8, 2.0, 4), (16, 100.0, 16), (16, 0.01, 1)])
def test_columns_fill_the_room(count: int, aspect: float, columns: int) -> None:
    assert mosaic.best_columns(count, 5, 5, aspect) == columns


def test_scale_grows_at_once_and_shrinks_late() -> None:
    scale = mosaic.steady_scale(0.0, 0.4712)
    assert scale == pytest.approx(0.48)
    assert mosaic.steady_scale(scale, 0.479) == scale
    assert mosaic.steady_scale(scale, 0.25) == scale
    assert mosaic.steady_scale(scale, 0.2) == pytest.approx(0.2)
    assert mosaic.steady_scale(scale, 0.61) == pytest.approx(0.61)
    assert mosaic.steady_scale(scale, float("nan")) == scale and mosaic.steady_scale(scale, 0.0) == scale


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_scale_always_holds_the_values(held: float, found: float) -> None:
    scale = mosaic.steady_scale(held, found)
    assert scale >= found * 0.9999 and found >= scale * 0.49


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_values_out_of_range_are_drawn_at_the_ends_and_warn_nobody() -> None:
    wild = np.array([3e38, -3e38, np.inf, -np.inf, np.nan], np.float32)
    assert mosaic.gray(wild, 0.0, 1.0).tolist() == [254, 0, 254, 0, 0]
    assert mosaic.gray(wild, -3e38, 3e38)[:2].tolist() == [254, 0]
    assert mosaic.diverging(wild, 1.0).tolist() == [254, 0, 254, 0, 127]
    assert mosaic.magnitude(wild, 1e-20).tolist() == [254, 0, 254, 0, 0]
    assert mosaic.colored(np.full(3, np.nan))[1] == "magnitude"


def test_pictures_of_samples_share_one_scale() -> None:
    x = np.zeros((2, 2, 3, 1))
    x[0, 0, 0], x[1, 1, 2], x[0, 1, 1] = -1.0, 3.0, np.nan
    shown = mosaic.bright(x)
    assert shown.shape == (2, 2, 3) and shown.dtype == np.uint8 and shown.flags.c_contiguous
    assert shown[0, 0, 0] == 0 and shown[1, 1, 2] == 255 and shown[0, 1, 1] == shown[0, 0, 1] == 63
    colored = np.stack([x[..., 0], x[..., 0] + 1, x[..., 0] * 0, x[..., 0]], axis=-1)
    assert mosaic.bright(colored).shape == (2, 2, 3, 3), "a fourth channel is not shown"
    assert not mosaic.bright(np.ones((1, 2, 2))).any()
