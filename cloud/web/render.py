"""The page as HTML: whole for a reader who comes, in pieces for one who stays."""

from jinja2 import Environment
from markupsafe import Markup, escape

from cloud.live import LiveView
from cloud.watched import SensorNow
from cloud.web import gateways, page, words
from cloud.web.assets import Assets, templates


class Renderer:
    """Turns a view of the live feed into HTML."""

    def __init__(self, assets: Assets) -> None:
        self._templates: Environment = templates(assets)

    def _render(self, template: str, **names: object) -> Markup:
        return Markup(self._templates.get_template(template).render(names).strip())  # noqa: S704  # it escaped them

    def whole(self, view: LiveView, *, renew: bool) -> str:
        """The page.

        Arguments:
            view: what to show.
            renew: whether it is loaded again every 10 s.
        """
        scale = page.scale_of(view)
        rows = sorted((page.row(sensor, scale, view.now_us) for sensor in view.sensors), key=lambda row: row.rank)
        return self._render(
            "page.html",
            now_ms=view.now_us // 1_000,
            clock=words.clock(view.now_us),
            zone=words.zone(view.now_us),
            parts=self.parts(view),
            rows=[self._render("row.html", row=row) for row in rows],
            renew=renew,
        )

    def row(self, sensor: SensorNow, scale: page.Scale, now_us: int) -> str:
        """The row of one sensor."""
        return self._render("row.html", row=page.row(sensor, scale, now_us))

    def parts(self, view: LiveView) -> dict[str, str]:
        """What else changes on the page, by the id of its element."""
        trouble = view.trouble
        return {
            "feed": escape(page.feed_words(view)),
            "span": escape(page.span_words(view)),
            "counts": self._render("counts.html", counts=page.counts(view.sensors)),
            "played": self._render(
                # several gateways may play parts of one recording
                "played.html",
                recordings=[page.played(recording, view.now_us) for recording in dict.fromkeys(view.recordings)],
            ),
            "trouble": self._render(
                "trouble.html", trouble=trouble, since=words.clock(trouble.since_us) if trouble is not None else ""
            ),
            "gateways": self._render("gateways.html", gateways=gateways.rows(view.gateways, view.now_us)),
            "warning": self._render("warning.html", warning=view.warning),
            "others": self._render(
                "others.html",
                hidden=words.number(view.hidden, 0) if view.hidden else "",
                unnamed=[(gateway, words.number(messages, 0)) for gateway, messages in view.unnamed],
            ),
        }
