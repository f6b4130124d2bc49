"""Tables of a small run for the site: texts, a web page and a PDF, one of them hostile; and the same with as
many rows as asked for.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from pipeline.app.cli import main
from pipeline.model.schema import TABLES

ROOT = Path(__file__).parents[2]
HOSTILE_NAME = "<img src=x onerror=\"document.title='taken'\">'&amp;.txt"
HOSTILE_WORDS = "<script>document.title='taken'</script>\"><svg onload=\"document.title='taken'\">养护项目"
PDF = "drawn-filled-cells.pdf"
PAGE = "page.html"
CELLS = (
    ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"),
    ("产出指标", "数量指标", "养护里程", "≥20公里", "18公里", "50", "50"),
    ("效益指标", "社会效益指标", "出行条件", "改善", "改善", "50", "45"),
)
HEAD = "<h1>项目支出绩效自评表</h1><p>（2023年度）</p>"
NAMED = "<tr><td>项目名称</td><td colspan=6>农村道路养护</td></tr>"


def parsed(folder: Path) -> tuple[Path, Path]:
    """The folder of sources and the folder of their tables."""
    raw, tables = folder / "raw", folder / "tables"
    raw.mkdir()
    seeds = sorted((ROOT / "data" / "raw").iterdir())
    for seed in seeds[:2]:
        shutil.copy(seed, raw)
    lines = seeds[0].read_text(encoding="utf-8").split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("项目名称"))
    lines[first] = f"项目名称\t{HOSTILE_WORDS}"
    (raw / HOSTILE_NAME).write_text("\n".join(lines), encoding="utf-8")
    shutil.copy(ROOT / "tests" / "fixtures" / "pdf" / PDF, raw)
    rows = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in CELLS)
    (raw / PAGE).write_text(f"{HEAD}<table>{NAMED}{rows}</table>", encoding="utf-8")
    result = CliRunner().invoke(main, ["parse", str(raw), "--out", str(tables), "--jobs", "2"])
    assert result.exit_code == 0, result.output
    return raw, tables


def with_many_rows(tables: Path, out: Path, n: int) -> Path:
    """The tables with their indicators again and again, each with a number of its own."""
    out.mkdir()
    for name in TABLES:
        shutil.copy(tables / f"{name}.parquet", out)
    table = pq.read_table(out / "indicators.parquet")
    times = -(-n // table.num_rows)
    many = pa.concat_tables([table] * times).slice(0, n)
    seq = [i + 1 for i in range(n)]
    names = [f"{p}-{i:03d}" for p, i in zip(many["project_id"].to_pylist(), seq, strict=True)]
    for column, values in (("seq", pa.array(seq, pa.int32())), ("indicator_id", pa.array(names))):
        at = many.schema.get_field_index(column)
        many = many.set_column(at, many.schema.field(at), values)
    pq.write_table(many, out / "indicators.parquet")
    return out
