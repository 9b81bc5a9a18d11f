"""Every YAML block of the page about presets is a spec, and its tables name what there is."""

import re

import pytest

from reportgen.resources import shipped
from reportgen.spec import loads
from reportgen.spec.identity import AxisForm

PAGE = (shipped("configs") / "docs" / "presets.md").read_text(encoding="utf-8")
BLOCKS = [re.sub(r"^  ", "", block, flags=re.MULTILINE) if block.startswith("  ") else block
          for block in re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)]  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_the_page_is_a_spec(block):
    source = (
        "" if re.search(r"^(sources|wandb_offline):", block, flags=re.MULTILINE) else "wandb_offline: {path: wandb}\n"
    )
    assert loads(source + block).spec.sources


def test_the_page_has_a_row_for_every_preset_and_every_form_of_an_axis():
    for preset in (shipped("configs") / "presets").glob("*.yaml"):
        assert f"\n| `{preset.stem}` |" in PAGE
    for form in AxisForm.model_fields:
        assert re.search(rf"\n\| `\{{{form}: ", PAGE), form
