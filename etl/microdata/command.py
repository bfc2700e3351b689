"""`python -m etl aggregate`: runs a recipe and writes its figures and the report, both or neither."""

from __future__ import annotations

import io
from pathlib import Path

from etl.command import Context
from etl.microdata.aggregate import aggregate
from etl.microdata.engines import Limits
from etl.microdata.recipe import read_recipe
from etl.microdata.report import plain, report, summary
from etl.model import Exit
from etl.snapshot import write_atomically


def run(context: Context) -> int:
    """Aggregate as the arguments say; what was written before stays where this fails."""
    arguments = context.arguments
    recipe = read_recipe(arguments.recipe)
    limits = Limits(arguments.memory, arguments.spill, arguments.most_spill or "", arguments.threads or 0)
    result = aggregate(recipe, arguments.input, arguments.engine, limits, context.say)
    told = report(result, recipe, arguments.recipe)
    out: Path = arguments.out
    buffer = io.BytesIO()
    result.figures.write_parquet(buffer, compression="zstd", statistics=False)
    figures = out / f"{recipe.id}.parquet"
    # The report first: figures never lie there without it.
    write_atomically(out / f"{recipe.id}.report.json", plain(told))
    write_atomically(figures, buffer.getvalue())
    context.say(summary(told))
    context.say(f"written: {figures}, {recipe.id}.report.json (internal)")
    return Exit.DONE
