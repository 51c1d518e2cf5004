"""A certificate: asked for, checked against the person, shown, printed, taken.

Knows: that nothing may move paper before the check, and that *printed* is the printer's word, not ours. Does not know:
IPP, how the city issues, or how the preview is drawn.
"""

from __future__ import annotations

import uuid

from devices.errors import DeviceError
from devices.page_printer import JobProgress, JobState, PagePrinter
from kiosk.catalogue import forms
from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.city.messages import CertificateRequest
from kiosk.events import Fact
from kiosk.identity.persons import Person
from kiosk.journeys.context import Context
from kiosk.journeys.identify import key_of
from kiosk.printing.certificate import CertificateMismatchError, CheckedCertificate, check
from kiosk.session import events as ev
from kiosk.session.states import Device, State, Taken

POLL_S = 0.3
PATIENCE_S = 15.0
"""How long a printer may fail to answer about its job before the job is given up."""
_BY_HAND = ("media-", "cover-", "door-", "interlock-", "input-tray-")
"""Reasons that somebody's hands put right, after which the printer goes on with the same job."""
_UNSURE = frozenset({"page_printer.submit_unconfirmed", "page_printer.job_unknown"})
"""Ends of a job after which a page may lie in the slot all the same."""
_REFUSALS = {
    "assurance_too_low": "certificate.assurance_too_low",
    "token_expired": "certificate.token_expired",
    "no_record": "certificate.no_record",
    "clock_skew": "code.clock",
}


_PERIOD_PAGE = 0
"""Of a certificate's form: which records are meant, and of when. The later pages say what for."""


class CertificateDesk:
    """Requests, checks and prints the certificate of the present session."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked_at = 0.0
        self._asking = False
        self._silent_since: float | None = None
        self._stuck = False
        """The printer keeps the job and waits for a hand (paper, jam)."""

    # --- issue and check ----

    def request(self) -> None:
        """Have the city issue the certificate for what was chosen, and check what comes."""
        context = self._context
        vault, session = context.vault, context.session()
        person, plan = vault.person, session.plan
        if person is None or plan is None:
            return
        request = vault.request = self._request_for(person, plan.item_id)
        vault.certificate = None
        platform_key = context.enrolment.platform_sign_key.raw()

        def work() -> CheckedCertificate:
            return check(context.city.issue_certificate(request), person, platform_key)

        def ready(certificate: CheckedCertificate) -> None:
            if not self._still_asked(request):
                return  # too late, or for months that were changed meanwhile
            vault.request, vault.certificate = None, certificate
            context.audit.record("certificate.issued", session=session.number, certificate=certificate.certificate_id)
            context.bus.publish(Fact.CERTIFICATE)
            context.handle(ev.CertificateReady(session.number))

        def failed(error: Exception) -> None:
            match error:
                case PlatformUnreachable():
                    reason, message = "unreachable", "certificate.line"
                    context.suspect_line()
                case PlatformRejected(code=code):
                    reason, message = code, _REFUSALS.get(code, "certificate.refused")
                case CertificateMismatchError(code=code):
                    reason, message = code, "certificate.mismatch"
                case _:
                    context.handle(ev.CertificateRefused(session.number, "certificate.refused"))
                    raise error
            if not isinstance(error, PlatformUnreachable) and vault.request == request:
                vault.request = None  # an answer came: asking for the same again would bring the same
            context.audit.record("certificate.refused", "failure", session=session.number, reason=reason)
            page = _PERIOD_PAGE if message == "certificate.no_record" else None
            context.handle(ev.CertificateRefused(session.number, message, page))

        context.city_work.run(work, ready, failed)

    def _request_for(self, person: Person, item_id: str) -> CertificateRequest:
        vault, item = self._context.vault, self._context.catalogue.item(item_id)
        request = CertificateRequest(
            request_id=uuid.uuid4().hex,
            item=item.id,
            person=key_of(person),
            params=forms.normalised(item, vault.answers),
            assurance_token=vault.token,
        )
        lost = vault.request
        if lost is not None and lost == request.model_copy(update={"request_id": lost.request_id}):
            return lost  # the city may have issued it already: the same id brings the same certificate
        return request

    def _still_asked(self, request: CertificateRequest) -> bool:
        return self._context.vault.request == request and self._context.session().state is State.PREPARE

    # --- print ----

    def print(self) -> None:
        """Hand the checked certificate to the printer, unless its job already waits there for paper."""
        context = self._context
        vault, session = context.vault, context.session()
        certificate = vault.certificate
        if certificate is None or vault.print_job is not None:
            return
        vault.pages_printed = 0
        self._stuck = False
        self._silent_since = None
        identifier = certificate.certificate_id
        context.audit.record(
            "print.requested", session=session.number, certificate=identifier, assurance=str(session.assurance)
        )

        def send(printer: PagePrinter) -> int:
            return printer.submit(certificate.pdf, title=f"certificate-{session.number}")

        def sent(result: int | DeviceError) -> None:
            if isinstance(result, DeviceError):
                self._failed(session.number, result.code)
                return
            if vault.certificate is not certificate:
                self._cancel(session.number, result)  # the person has left: nothing may come out for the next one
                return
            vault.print_job = result
            self._asked_at = 0.0
            context.audit.record("print.sent", session=session.number, certificate=identifier, job=result)

        context.devices[Device.PAGE_PRINTER].submit(send, sent)

    def tick(self) -> None:
        """Ask the printer how far it is, a few times a second while a job is under way."""
        context = self._context
        session, job = context.session(), context.vault.print_job
        now = context.clock.monotonic()
        if job is None or session.state is not State.PRINT or self._asking or now < self._asked_at + POLL_S:
            return
        self._asking = True
        self._asked_at = now

        def answered(result: JobProgress | DeviceError) -> None:
            self._asking = False
            if context.session().number == session.number and context.vault.print_job == job:
                self._on_progress(session.number, result)

        context.devices[Device.PAGE_PRINTER].submit(lambda printer: printer.job(job), answered)

    def _on_progress(self, number: int, progress: JobProgress | DeviceError) -> None:
        context = self._context
        vault = context.vault
        certificate = vault.certificate
        if certificate is None:
            return
        if isinstance(progress, DeviceError):
            self._no_word(number, progress)
            return
        self._silent_since = None
        if progress.pages_completed != vault.pages_printed:
            vault.pages_printed = progress.pages_completed
            context.bus.publish(Fact.CERTIFICATE)
        match progress.state:
            case JobState.COMPLETED:
                vault.print_job = None
                vault.pages_printed = certificate.pages
                context.audit.record(
                    "print.printed", session=number, certificate=certificate.certificate_id, pages=certificate.pages
                )
                context.handle(ev.PagesPrinted(number))
            case JobState.CANCELED | JobState.ABORTED:
                vault.print_job = None
                self._failed(number, str(progress.state))
            case _:
                self._watch_for_hands(number, progress)

    def _no_word(self, number: int, error: DeviceError) -> None:
        """The printer did not say how far it is: wait a little, then give the job up."""
        now = self._context.clock.monotonic()
        if self._silent_since is None:
            self._silent_since = now
        if error.code == "page_printer.job_unknown" or now >= self._silent_since + PATIENCE_S:
            self._context.vault.print_job = None
            self._failed(number, error.code)

    def _watch_for_hands(self, number: int, progress: JobProgress) -> None:
        reason = next((r for r in progress.reasons if r.startswith(_BY_HAND)), "")
        if reason and not self._stuck:
            self._stuck = True
            message = "print.no_paper" if reason.startswith(("media-empty", "media-needed")) else "print.jam"
            self._context.handle(ev.PagesNotPrinted(number, message, waiting=True))
        elif not reason and self._stuck:
            self._stuck = False
            self._context.handle(ev.PrinterRefilled(number))

    def _failed(self, number: int, reason: str) -> None:
        certificate = self._context.vault.certificate
        identifier = "" if certificate is None else certificate.certificate_id
        pages = self._context.vault.pages_printed
        self._context.audit.record(
            "print.failed", "failure", session=number, certificate=identifier, reason=reason, pages=pages
        )
        unsure = reason in _UNSURE
        self._context.handle(ev.PagesNotPrinted(number, "print.unsure" if unsure else "print.failed", unsure=unsure))

    def cancel(self) -> None:
        """Cancel the printer's job, if it has one of ours: no page may come out for the next person."""
        vault = self._context.vault
        job, vault.print_job = vault.print_job, None
        if job is not None:
            self._cancel(self._context.session().number, job)

    def _cancel(self, number: int, job: int) -> None:
        audit = self._context.audit
        seen = self._context.vault.pages_printed

        def stop(printer: PagePrinter) -> int:
            printer.cancel(job)
            try:
                return printer.job(job).pages_completed  # numbered sheets are spent, whoever they were for
            except DeviceError:
                return seen  # cancelled all the same

        def done(result: int | DeviceError) -> None:
            reason = result.code if isinstance(result, DeviceError) else "cancelled"
            pages = seen if isinstance(result, DeviceError) else result
            audit.record("print.failed", "failure", session=number, certificate="", reason=reason, pages=pages)

        self._context.devices[Device.PAGE_PRINTER].submit(stop, done)

    def record_taken(self, evidence: Taken) -> None:
        """Write down that the paper was taken, as far as that is known."""
        certificate = self._context.vault.certificate
        if certificate is not None:
            number = self._context.session().number
            self._context.audit.record(
                "print.taken", session=number, certificate=certificate.certificate_id, evidence=str(evidence)
            )

    # --- what the screen sees ----

    @property
    def preview_png(self) -> bytes | None:
        """The first page as it would be printed."""
        certificate = self._context.vault.certificate
        return None if certificate is None else certificate.preview[0]

    @property
    def without_record(self) -> str:
        """What was asked for and is not on record, in the session's language; or nothing."""
        context = self._context
        certificate, plan = context.vault.certificate, context.session().plan
        if certificate is None or plan is None:
            return ""
        options = (option for field in context.catalogue.item(plan.item_id).fields for option in field.options)
        names = [
            option.label.in_language(context.language) for option in options if option.value in certificate.without_record
        ]
        return ("、" if context.language.startswith("zh") else ", ").join(names)

    @property
    def pages(self) -> int:
        """Pages of the certificate."""
        certificate = self._context.vault.certificate
        return 0 if certificate is None else certificate.pages

    @property
    def pages_printed(self) -> int:
        """Pages that the printer has confirmed."""
        return self._context.vault.pages_printed
