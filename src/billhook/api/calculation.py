"""Calculations: what a document would come to, with each cut and rounding; nothing is written."""

from typing import Annotated

from litestar import post
from litestar.params import FromPath, JSONBody, QueryParameter

from billhook import documents, organizations
from billhook.api.document_in import DocumentIn, new_document
from billhook.api.document_out import Amount, DocumentItemOut, DocumentTaxOut, document_out
from billhook.api.wire import Out
from billhook.kernel.money import plain
from billhook.web import BillhookRequest

OrganizationId = Annotated[
    str, QueryParameter(name="organizationId", description="The organization whose settings and taxes hold.")
]


class StepOut(Out, kw_only=True):
    """A number before a step (`exact`) and after it; `rule` is `cut`, `half-up` or `sum`."""

    what: str
    rule: str
    exact: Amount
    result: Amount


class StepsOut(Out, kw_only=True):
    """The steps of each line, and of each row of taxes, in their order."""

    lines: list[list[StepOut]]
    taxes: list[StepOut]
    reverse_taxes: list[StepOut]


class CalculationOut(Out, kw_only=True):
    """What a document would come to; in the words of a document, with the steps that led there."""

    type: str
    currency_id: str
    decimal_places: int
    rounding: str
    total: Amount
    total_discount: Amount
    total_with_tax: Amount
    total_paid: Amount
    total_due: Amount
    items: list[DocumentItemOut] | None
    document_taxes: list[DocumentTaxOut] | None
    document_reverse_taxes: list[DocumentTaxOut] | None
    steps: StepsOut


def _steps(steps: tuple[documents.Step, ...]) -> list[StepOut]:
    return [
        StepOut(what=step.what, rule=step.rule, exact=plain(step.exact), result=plain(step.result)) for step in steps
    ]


async def _calculate(request: BillhookRequest, organization_id: str, data: DocumentIn) -> CalculationOut:
    new = new_document(data)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        calculation = await documents.calculate(tx, new)
    out = document_out(calculation.document, request.public_url)
    return CalculationOut(
        type=out.type,
        currency_id=out.currency_id,
        decimal_places=out.decimal_places,
        rounding=calculation.document.rounding,
        total=out.total,
        total_discount=out.total_discount,
        total_with_tax=out.total_with_tax,
        total_paid=out.total_paid,
        total_due=out.total_due,
        items=out.items,
        document_taxes=out.document_taxes,
        document_reverse_taxes=out.document_reverse_taxes,
        steps=StepsOut(
            lines=[_steps(line) for line in calculation.steps.lines],
            taxes=_steps(calculation.steps.taxes),
            reverse_taxes=_steps(calculation.steps.reverse_taxes),
        ),
    )


@post(
    "/Organizations/{organization_id:str}/Documents/calculate",
    status_code=200,
    tags=["Documents"],
    summary="Calculate a document",
)
async def calculate(
    request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[DocumentIn]
) -> CalculationOut:
    """Return what a document would come to, with each cut and rounding; nothing is written, no number is taken."""
    return await _calculate(request, organization_id, data)


@post("/Documents/calculate", status_code=200, tags=["Documents"], summary="Calculate a document of an organization")
async def calculate_for(
    request: BillhookRequest, organization_id: OrganizationId, data: JSONBody[DocumentIn]
) -> CalculationOut:
    """Return the same for the organization that `organizationId` names."""
    return await _calculate(request, organization_id, data)


ROUTES = [calculate, calculate_for]
