"""Query parameters that many routes share; the raw query string is read by the filter language itself."""

from typing import Annotated

from litestar.params import QueryParameter

FilterParameter = Annotated[
    str | None,
    QueryParameter(
        name="filter",
        description="LoopBack filter as JSON: `where`, `include`, `fields`, `order`, `limit` (at most 100), `skip`, "
        '`deleted`. The bracket form (`filter[where][type]=invoice`) works too. Example: `{"limit": 5}`',
    ),
]
WhereParameter = Annotated[
    str | None,
    QueryParameter(name="where", description="Conditions as JSON, or in bracket form (`where[type]=invoice`)."),
]
