from typing import Any

import pytest

from colorizer import AdjustmentError, Adjustments

NAN = float("nan")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("vividness", value) for value in (-0.1, 3.1, NAN, None, "1", True)),
        *(("warmth", value) for value in (-1.1, 1.1, NAN, None, "1", True)),
        *(("temperature", value) for value in (-0.1, 1.1, NAN, "1", True)),
    ],
)
def test_an_impossible_adjustment_is_named(field: str, value: Any) -> None:
    with pytest.raises(AdjustmentError) as refused:
        Adjustments(**{field: value})
    assert refused.value.code == f"bad_{field}"
