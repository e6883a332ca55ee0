// @ts-check
// Keeps the page up to date from one stream of events, and says so when it cannot.

const LOST_AFTER_MS = 5_000; // without the stream for this long the page says that it is not live
const SILENT_AFTER_MS = 20_000; // the hub pings every 15 s; a longer silence is a lost connection
const RETRY_MS = [1_000, 2_000, 4_000, 5_000];
const BACK_SHOWN_MS = 10_000;
const ORDER_EVERY_MS = 10_000;
const TICK_MS = 200; // at most 5 changes a second
const TITLE = document.title;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const times = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  timeZoneName: "short",
});
const days = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London", day: "numeric", month: "short", year: "numeric",
});

/** @param {string} id @returns {HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const table = byId("sensors");
const body = /** @type {HTMLElement} */ (table.querySelector("tbody"));
const link = byId("link");
const pause = byId("pause");

/** The hub's clock less ours that never jumps, in ms. */
let offset = Number(document.body.dataset.now) - performance.now();
/** @type {EventSource | null} */
let source = null;
/** When the stream was last heard, and since when it is away (null: it is not), by our own clock. */
let heardAt = performance.now();
/** @type {number | null} */
let lostAt = performance.now();
let retryAt = 0;
let tries = 0;
let backUntil = 0;
let orderedAt = -ORDER_EVERY_MS;
let pausedAt = 0;

const isAway = () => lostAt !== null && performance.now() - lostAt > LOST_AFTER_MS;
const hubNow = () => offset + performance.now();

/** @param {number} ms */
function clockParts(ms) {
  const parts = Object.fromEntries(times.formatToParts(ms).map((part) => [part.type, part.value]));
  return { clock: `${parts.hour}:${parts.minute}:${parts.second}`, zone: parts.timeZoneName };
}

/** Writes an age as the server does. @param {number} ms */
function age(ms) {
  const s = Math.max(ms, 0) / 1000;
  if (s < 9.95) return calm.matches ? `${Math.floor(s)}\u00a0s` : `${s.toFixed(1)}\u00a0s`;
  if (s < 60) return `${Math.floor(s)}\u00a0s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min}\u00a0min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 ? `${h}\u00a0h\u00a0${min % 60}\u00a0min` : `${h}\u00a0h`;
  return `${Math.floor(h / 24)}\u00a0day${h < 48 ? "" : "s"}`;
}

/** @param {Element} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Puts a row in place of the one with its id, cell by cell, so that a selection in others stays. @param {string} html */
function putRow(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  const next = /** @type {HTMLTableRowElement} */ (made.content.firstElementChild);
  const row = /** @type {HTMLTableRowElement | null} */ (document.getElementById(next.id));
  if (row === null) {
    body.append(next);
    return;
  }
  row.className = next.className;
  row.dataset.rank = next.dataset.rank;
  [...next.cells].forEach((cell, index) => {
    const old = row.cells[index];
    if (cell.dataset.from === undefined) delete old.dataset.from;
    else old.dataset.from = cell.dataset.from;
    if (cell.dataset.from === undefined && old.innerHTML !== cell.innerHTML) old.innerHTML = cell.innerHTML;
  });
}

/** Puts parts in place; a link in them that has the focus keeps it. @param {Record<string, string>} parts */
function putParts(parts) {
  const focused = document.activeElement;
  for (const [id, html] of Object.entries(parts)) byId(id).innerHTML = html;
  if (focused?.id && !focused.isConnected) document.getElementById(focused.id)?.focus({ preventScroll: true });
}

function showOrHide() {
  table.hidden = body.rows.length === 0;
  byId("empty").hidden = !table.hidden;
}

/** Worst first; seldom, and not under the pointer or focus. */
function order() {
  const watched = body.matches(":hover") || body.contains(document.activeElement);
  if (watched || performance.now() - orderedAt < ORDER_EVERY_MS) return;
  orderedAt = performance.now();
  const rows = [.../** @type {HTMLTableSectionElement} */ (body).rows];
  const sorted = [...rows].sort((a, b) => ((a.dataset.rank ?? "") < (b.dataset.rank ?? "") ? -1 : 1));
  if (sorted.some((row, index) => row !== rows[index])) body.append(...sorted);
}

function tick() {
  if (pausedAt) return;
  watchLink();
  const now = isAway() ? offset + /** @type {number} */ (lostAt) : hubNow(); // what is shown is as of then
  const { clock, zone } = clockParts(now);
  write(/** @type {Element} */ (byId("clock").firstElementChild), clock);
  write(/** @type {Element} */ (byId("clock").lastElementChild), zone);
  for (const cell of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-from]"))) {
    write(cell, age(now - Number(cell.dataset.from)));
  }
  for (const tag of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".recording"))) {
    const recorded = Number(tag.dataset.from) + (now - Number(tag.dataset.at)) * Number(tag.dataset.speed);
    write(tag, `Recording: ${days.format(recorded)}, ${clockParts(recorded).clock}`);
  }
  order();
}

/** Says in words that the stream is away, or back. */
function watchLink() {
  const now = performance.now();
  if (source !== null && lostAt === null && now - heardAt > SILENT_AFTER_MS) lose(heardAt);
  if (source === null && now >= retryAt) open();
  const away = isAway();
  document.body.classList.toggle("stale", away);
  if (away) {
    const since = clockParts(offset + /** @type {number} */ (lostAt)).clock;
    const wait = Math.ceil((retryAt - now) / 1000);
    const next = source === null && wait > 0 ? `Trying again in ${wait} s.` : "Trying again now.";
    document.title = `As of ${since} - ${TITLE}`;
    say("late", "Not live.", `The connection to the hub was lost at ${since}. What you see is as of then.`);
    write(byId("next"), next);
  } else if (now > backUntil) {
    link.className = "";
    byId("said").textContent = "";
    write(byId("next"), "");
  }
}

/** Puts a sentence into the banner once; what counts down beside it is not read out. */
/** @param {"late" | "live"} mark @param {string} lead @param {string} text */
function say(mark, lead, text) {
  const said = byId("said");
  if (said.textContent === `${lead} ${text}`) return;
  link.className = `banner ${mark}-banner`;
  link.querySelector("use")?.setAttribute("href", `${link.dataset.marks}#${mark}`);
  said.replaceChildren(Object.assign(document.createElement("b"), { textContent: lead }), ` ${text}`);
  write(byId("next"), "");
}

/** The stream is away. @param {number} since */
function lose(since) {
  source?.close();
  source = null;
  lostAt ??= since;
  retryAt = performance.now() + RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] * (0.8 + 0.4 * Math.random());
  tries += 1;
}

/** Something came. @param {{now?: number}} news */
function heard(news) {
  heardAt = performance.now();
  if (news.now !== undefined) offset = news.now - heardAt;
}

/** The stream is there again, with everything. */
function back() {
  const awayMs = lostAt === null ? 0 : performance.now() - lostAt;
  lostAt = null;
  tries = 0;
  document.title = TITLE;
  document.body.classList.remove("stale");
  if (awayMs > LOST_AFTER_MS) {
    say("live", "Live again.", `${age(awayMs)} were filled in.`);
    backUntil = performance.now() + BACK_SHOWN_MS;
  }
}

function open() {
  const stream = new EventSource("/stream");
  source = stream;
  /** @param {string} kind @param {(news: any) => void} take */
  const on = (kind, take) => stream.addEventListener(kind, (event) => {
    if (source !== stream) return;
    const news = JSON.parse(/** @type {MessageEvent} */ (event).data);
    heard(news);
    take(news);
  });
  on("everything", (news) => {
    if (news.assets !== document.body.dataset.assets) {
      location.reload(); // the hub is another version now
      return;
    }
    news.rows.forEach(putRow);
    const shown = new Set(news.rows.map((/** @type {string} */ html) => /^<tr id="([^"]*)"/.exec(html)?.[1]));
    for (const row of [...body.children]) if (!shown.has(row.id)) row.remove();
    putParts(news.parts);
    showOrHide();
    back();
    tick();
  });
  on("change", (news) => {
    news.rows.forEach(putRow);
    news.gone.forEach((/** @type {string} */ id) => document.getElementById(id)?.remove());
    putParts(news.parts);
    showOrHide();
    tick();
  });
  on("ping", () => {});
  on("reload", () => {
    stream.close();
    open();
  });
  stream.onerror = () => {
    if (source === stream) lose(performance.now());
  };
}

pause.addEventListener("click", () => {
  if (pausedAt) {
    pausedAt = 0;
    heardAt = performance.now();
    lostAt = null;
    open();
  } else {
    pausedAt = hubNow();
    source?.close();
    source = null;
    byId("paused").textContent = `Paused since ${clockParts(pausedAt).clock}`;
  }
  pause.textContent = pausedAt ? "Go on" : "Pause";
  byId("paused").hidden = !pausedAt;
});

pause.hidden = false;
byId("read").hidden = true;
byId("moving").hidden = false;
open();
setInterval(tick, TICK_MS);
