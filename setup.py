"""How the wheel is built: one importable name, `budget_performance`, that holds the folders of this checkout.

`pipeline` and `normalizers` are poor names in other people's site-packages, so in a wheel they stand below
`budget_performance`, and the imports of their modules say so. All else is in pyproject.toml.
"""

import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

NAME = "budget_performance"
INSIDE = ("normalizers", "pipeline")
IMPORT = re.compile(rf"^(\s*(?:from|import)\s+)((?:{'|'.join(INSIDE)})\b)", re.MULTILINE)


class OneName(build_py):
    """Copies the packages into the wheel, those of `INSIDE` below the one name."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        built = Path(self.build_lib)
        for folder in INSIDE:
            (built / folder).rename(built / NAME / folder)
        for module in built.rglob("*.py"):
            text = module.read_text(encoding="utf-8")
            module.write_text(IMPORT.sub(rf"\g<1>{NAME}.\2", text), encoding="utf-8")

    def get_outputs(self, include_bytecode: int = 1) -> list[str]:
        lib = Path(self.build_lib)
        outputs = super().get_outputs(include_bytecode)
        return [str(lib / NAME / p) if p.parts[0] in INSIDE else str(lib / p)
                for p in (Path(o).relative_to(lib) for o in outputs)]  # fmt: skip


setup(cmdclass={"build_py": OneName})
