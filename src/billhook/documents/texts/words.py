"""What Billhook itself says on paper, on the invoice page and in mails, as frozen structs filled per language."""

import msgspec


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the labels. Every field is required and no other may stand in a file: a gap fails when it is loaded."""


class Titles(Words, frozen=True):
    """What the sheet is called, by document type."""

    invoice: str
    estimate: str
    advance: str
    credit_note: str
    delivery_note: str
    draft: str
    receipt: str

    def of(self, type: str) -> str:
        """Return the title of a document type as the API names it (`credit-note`, `creditNote`, `credit_note`)."""
        key = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type).replace("-", "_")
        return str(getattr(self, key, self.invoice))


class Statuses(Words, frozen=True):
    """Where a document stands."""

    draft: str
    due: str
    overdue: str
    paid: str
    partly_paid: str
    canceled: str
    refunded: str
    credited: str
    accepted: str
    rejected: str


class Parties(Words, frozen=True):
    """Captions of people and their numbers."""

    seller: str
    buyer: str
    ship_to: str
    vat_id: str
    tax_number: str
    company_number: str
    phone: str
    email: str


class Meta(Words, frozen=True):
    """Captions of dates and references."""

    number: str
    date: str
    date_service: str
    service_period: str
    date_due: str
    valid_until: str
    delivery_date: str
    reference: str
    order_number: str
    original: str
    """The document a credit note or a final invoice refers to."""


class Lines(Words, frozen=True):
    """Headings of the table of lines."""

    position: str
    item: str
    description: str
    quantity: str
    unit: str
    price: str
    discount: str
    tax: str
    amount: str


class Totals(Words, frozen=True):
    """Rows of the totals and headings of the tax summary."""

    subtotal: str
    discount: str
    tax_base: str
    rate: str
    tax: str
    total_without_tax: str
    total: str
    total_with_tax: str
    paid: str
    advance_paid: str
    amount_due: str
    credited: str
    rounding: str


class Methods(Words, frozen=True):
    """Ways a payment was made, by the API's payment types."""

    bank: str
    online: str
    paypal: str
    cash: str
    card: str
    crypto: str
    coupon: str
    other: str

    def of(self, type: str) -> str:
        """Return the name of a payment type; an unknown one is `other`."""
        return str(getattr(self, type, self.other))


class Bank(Words, frozen=True):
    """The block that says how to pay by bank transfer."""

    title: str
    account_holder: str
    iban: str
    bic: str
    bank: str
    reference: str
    amount: str
    scan_to_pay: str


class Page(Words, frozen=True):
    """The invoice page, and the page numbers of the sheet."""

    page_of: str
    download_pdf: str
    print: str
    view_online: str
    pay_now: str
    pay_amount: str
    payment_method: str
    payments: str
    payment_date: str
    paid_on: str
    due_by: str
    overdue_since: str
    processing: str
    failed: str
    thanks: str
    canceled: str
    accept: str
    reject: str
    language: str
    """Caption of the choice of languages."""
    missing_title: str
    missing: str
    """A link that leads nowhere."""
    broken_title: str
    broken: str
    """A mistake of ours."""
    error_number: str


class Mail(Words, frozen=True):
    """Mails to clients; one sentence each, put together by whoever sends.

    The sentence after the greeting starts small in the languages where it continues the greeting.
    """

    subject: str
    greeting: str
    greeting_plain: str
    invoice: str
    estimate: str
    advance: str
    credit_note: str
    delivery_note: str
    amount_due: str
    amount_paid: str
    attached: str
    questions: str
    closing: str
    reminder_subject: str
    reminder: str
    overdue_subject: str
    overdue: str
    receipt_subject: str
    receipt: str

    def of(self, type: str) -> str:
        """Return the opening sentence for a document type as the API names it."""
        key = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type).replace("-", "_")
        return str(getattr(self, key, self.invoice))


class Sentences(Words, frozen=True):
    """Default notes and legal clauses, one sentence each."""

    pay_to_account: str
    use_reference: str
    thank_you: str
    reverse_charge: str
    intra_community: str
    export: str
    exempt: str
    exchange: str
    not_an_invoice: str
    """On estimates and drafts."""


class Labels(Words, frozen=True):
    """Everything Billhook says in one language."""

    language: str
    titles: Titles
    statuses: Statuses
    parties: Parties
    meta: Meta
    lines: Lines
    totals: Totals
    methods: Methods
    bank: Bank
    page: Page
    mail: Mail
    sentences: Sentences
