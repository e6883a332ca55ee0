"""The page as HTML: whole for a reader who comes, in pieces for one who stays."""

from jinja2 import Environment
from markupsafe import Markup, escape

from cloud.view import LiveView, SensorNow
from cloud.web import gateways, meanings, page, rows, words
from cloud.web.assets import Assets, templates
from cloud.web.rows import Layout
from cloud.web.spark import Scale


class Renderer:
    """Turns a view of the live feed into HTML.

    Arguments:
        assets: what the page loads.
        social_care: whether it is the page of a hub for social care (default False).
    """

    def __init__(self, assets: Assets, *, social_care: bool = False) -> None:
        self._templates: Environment = templates(assets)
        self._templates.globals["hub"] = "Social care hub" if social_care else "Sensor hub"
        self._templates.globals["strand_title"] = rows.strand_title

    def _render(self, template: str, **names: object) -> Markup:
        return Markup(self._templates.get_template(template).render(names).strip())  # noqa: S704  # it escaped them

    def whole(self, view: LiveView, *, renew: bool) -> str:
        """The page.

        Arguments:
            view: what to show.
            renew: whether it is loaded again every 10 s.
        """
        layout, scales = rows.layout_of(view.sensors), rows.scales_of(view.sensors)
        made = [rows.row(one, layout, rows.scale_of(one, scales), view.now_us) for one in view.sensors]
        return self._render(
            "page.html",
            now_ms=view.now_us // 1_000,
            clock=words.clock(view.now_us),
            zone=words.zone(view.now_us),
            parts=self.parts(view),
            rows=[self._render("row.html", row=row) for row in sorted(made, key=lambda row: row.rank)],
            renew=renew,
            states=meanings.STATES,
            beside=meanings.BESIDE,
        )

    def row(self, sensor: SensorNow, layout: Layout, scale: Scale, now_us: int) -> str:
        """The row of one sensor."""
        return self._render("row.html", row=rows.row(sensor, layout, scale, now_us))

    def parts(self, view: LiveView) -> dict[str, str]:
        """What else changes on the page, by the id of its element."""
        trouble = view.trouble
        return {
            "feed": escape(page.feed_words(view)),
            "head": self._render("head.html", head=rows.head(view.sensors, rows.layout_of(view.sensors))),
            "counts": self._render("counts.html", counts=page.counts(view.sensors)),
            "played": self._render(
                "played.html",
                recordings=[page.played(playing, view.now_us) for playing in view.playing],
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
