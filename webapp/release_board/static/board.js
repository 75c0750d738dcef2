"use strict";
// Keeps an open page up to date, and adds keys. Without it all pages work, by links and reloads.
(() => {
  const root = document.documentElement, byId = (id) => document.getElementById(id);
  const STALE_SECONDS = 120, POLL_MS = 10000, LOST_MS = 5000, POLLS_BEFORE_STREAM = 3, NAMES = 5;
  const number = (text) => (text ? Number(text) : null);

  // ---- Ages, and sources that are silent
  const UNITS = [[31536000, "y"], [86400, "d"], [3600, "h"], [60, "min"]];
  let skew = 0;
  const secondsSince = (time) => Math.max(0, Math.floor((Date.now() - skew - Date.parse(time.dateTime)) / 1000));
  function age(seconds) {
    for (const [size, unit] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
    return `${seconds} s`;
  }
  function showAges(within = document) {
    for (const time of within.querySelectorAll("time[data-ago]")) {
      const text = age(secondsSince(time));
      if (time.textContent !== text) time.textContent = text;
    }
  }
  function showSilence() {
    for (const source of document.querySelectorAll("#heard [data-source]")) {
      const time = source.querySelector("time"), stale = !time || secondsSince(time) > STALE_SECONDS;
      if (stale === source.classList.contains("stale")) continue;
      source.className = stale ? "stale" : "fresh";
      source.querySelector(".word").textContent = stale ? "Stale: " : "";
      if (stale) say(`Nothing new from ${source.dataset.title} for ${age(STALE_SECONDS)}`);
    }
    const cluster = document.querySelector("#heard [data-source=cluster]");
    document.querySelector("table.board")?.classList.toggle("stale", Boolean(cluster?.classList.contains("stale")));
    showTitle();
  }
  function tick() { showAges(); showSilence(); }

  // ---- Title, icon, and what a screen reader is told
  let counts = null;
  function showTitle() {
    const icon = document.querySelector("link[rel=icon]");
    if (counts && icon?.dataset.failing) {
      const wanted = counts.failing ? icon.dataset.failing : icon.dataset.settled;
      if (icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
    }
    if (!byId("board")) return;
    let rest = document.title.replace(/^stale · /, "");
    if (counts) rest = (counts.failing ? `${counts.failing} failing · ` : counts.moving ? `${counts.moving} moving · ` : "") + "Board";
    const title = (document.querySelector("#heard .stale") ? "stale · " : "") + rest;
    if (document.title !== title) document.title = title;
  }
  function showCounts() {
    for (const place of counts ? document.querySelectorAll("[data-count]") : []) {
      const count = counts[place.dataset.count];
      place.textContent = place.dataset.bare === undefined ? count || "" : count;
    }
  }
  function say(text) { byId("live").textContent = text; }
  function summary(apps) {
    const more = apps.length > NAMES ? ` and ${apps.length - NAMES} more` : "";
    return `${apps.length} ${apps.length === 1 ? "app" : "apps"} changed: ${apps.slice(0, NAMES).join(", ")}${more}`;
  }

  // ---- Rows
  const LINKS = "a, button";
  const table = () => byId("rows");
  const parsed = (html) => { const holder = document.createElement("template"); holder.innerHTML = html; return holder.content; };
  // What a row says, without what time and this script make of it.
  function content(node) {
    const copy = node.cloneNode(true);
    copy.classList.remove("changed");
    for (const one of copy.querySelectorAll("[tabindex]")) one.removeAttribute("tabindex");
    for (const time of copy.querySelectorAll("time")) time.textContent = "";
    return copy.outerHTML.replace(/\s+/g, " ");
  }
  // Puts a new element in an old one's place; the focus stays on what was its counterpart.
  function replace(old, fresh) {
    const focused = old.contains(document.activeElement) ? [...old.querySelectorAll(LINKS)].indexOf(document.activeElement) : -1;
    old.replaceWith(fresh);
    showAges(fresh);
    if (focused >= 0) (fresh.querySelectorAll(LINKS)[focused] ?? fresh.querySelector(LINKS))?.focus({ preventScroll: true });
  }
  const before = (one, other) => Number(one.dataset.attention) - Number(other.dataset.attention) || (one.id < other.id ? -1 : 1);
  function mark(row) {
    row.classList.add("changed");
    row.addEventListener("animationend", () => row.classList.remove("changed"), { once: true });
  }
  // Changes the table by `change`, and keeps what the user looks at where it is on the screen.
  function steadily(change) {
    const rows = [...table().children];
    const kept = rows.find((row) => row.matches(":focus-within")) ?? rows.find((row) => row.matches(":hover"))
      ?? rows.find((row) => row.getBoundingClientRect().top >= 0);
    const top = kept?.getBoundingClientRect().top, looking = window.scrollY > 0 || Boolean(kept?.matches(":focus-within, :hover"));
    change();
    const now = kept && (kept.isConnected ? kept : byId(kept.id));
    if (now && looking) window.scrollBy(0, now.getBoundingClientRect().top - top);
    roam();
  }
  // Moves a row to its place, unless the user is at it.
  function place(row) {
    if (row.isConnected && row.matches(":focus-within, :hover")) { row.dataset.late = ""; return; }
    delete row.dataset.late;
    const next = [...table().children].find((other) => other !== row && before(row, other) < 0) ?? null;
    if (!row.isConnected || row.nextElementSibling !== next) table().insertBefore(row, next);
  }
  function settle() {
    const late = table()?.querySelectorAll("tr[data-late]");
    if (late?.length) steadily(() => late.forEach(place));
  }
  function applyRows(batch) {
    if (!table()) { if (changes()) refresh(); return; }
    const fresh = batch.rows.map((html) => parsed(html).querySelector("tr"));
    const moved = fresh.some((row) => byId(row.id)?.dataset.attention !== row.dataset.attention);
    const whole = table().dataset.whole !== undefined;
    steadily(() => {
      for (const row of fresh) {
        const old = byId(row.id);
        if (old && content(old) === content(row)) continue;
        mark(row);
        if (old) replace(old, row);
        if (whole && (!old || old.dataset.attention !== row.dataset.attention)) place(row);
      }
      for (const name of batch.gone) byId(`app-${name}`)?.remove();
    });
    // A part of the board: the server knows which rows belong to it. So it does with other parts of a page.
    if (!whole && (moved || batch.gone.length) || document.querySelector("[data-live]:not([data-counted])")) refresh();
  }

  // ---- The whole page anew
  let refreshing = null, tag = null, again = false;
  async function refresh() {
    if (refreshing) { again = true; return refreshing; }
    refreshing = fetchPage();
    await refreshing;
    refreshing = null;
    if (again) { again = false; await refresh(); }
  }
  async function fetchPage() {
    try {
      const answer = await fetch(location.href, { cache: "no-cache", headers: { Accept: "text/html" } });
      const seen = answer.headers.get("ETag");
      if (!answer.ok || (seen && seen === tag)) return;
      tag = seen;
      adopt(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { showLink("waiting"); }
  }
  function adopt(other) {
    at = number(other.documentElement.dataset.change) ?? at;
    const theirs = other.getElementById("rows"), ours = table(), changed = [];
    if (Boolean(theirs) !== Boolean(ours) || headings(other) !== headings(document)) byId("main").replaceChildren(...other.getElementById("main").childNodes);
    else if (ours) steadily(() => adoptRows(ours, [...theirs.children], changed));
    for (const fresh of other.querySelectorAll("[data-live]")) {
      const old = byId(fresh.id);
      if (old && content(old) !== content(fresh)) replace(old, fresh);
    }
    document.title = other.title;
    const icon = document.querySelector("link[rel=icon]"), theirIcon = other.querySelector("link[rel=icon]");
    if (icon && theirIcon && icon.getAttribute("href") !== theirIcon.getAttribute("href")) icon.replaceWith(theirIcon);
    counts = null;
    if (other.getElementById("heard")) showHeard(other.getElementById("heard").innerHTML);
    if (changed.length) say(summary(changed));
    tick();
    roam();
  }
  const headings = (page) => page.querySelector("table.board thead")?.textContent;
  // The rows of products are no apps.
  const note = (row, changed) => { if (row.id.startsWith("app-")) changed.push(row.id.slice(4)); };
  function adoptRows(ours, rows, changed) {
    const wanted = new Set(rows.map((row) => row.id));
    for (const old of [...ours.children]) if (!wanted.has(old.id)) { note(old, changed); old.remove(); }
    let spot = ours.firstElementChild;
    for (const row of rows) {
      const old = byId(row.id);
      let now = old;
      if (!old || content(old) !== content(row)) {
        mark(row);
        note(row, changed);
        const here = old && old === spot;
        if (old) replace(old, row);
        if (here) spot = row;
        now = row;
      }
      if (now === spot) spot = spot.nextElementSibling;
      else ours.insertBefore(now, spot);
    }
  }

  // ---- What a stream or another tab says
  let at = number(root.dataset.change);
  function take(message) {
    if (message.kind === "heard") { showHeard(message.html); tick(); return; }
    if (message.kind === "clock") { skew = message.skew; tick(); return; }
    if (at !== null && message.to <= at) return;
    const missed = message.kind === "reload" || (at !== null && message.after > at);
    at = message.to;
    counts = message.counts;
    showCounts();
    showTitle();
    offerReload(message.apps);
    if (!missed && !concerns(message.apps)) return;
    if (missed) { if (changes()) refresh(); return; }
    applyRows(message);
    if (message.apps.length && byId("board")) say(summary(message.apps));
  }
  function showHeard(html) { const place = byId("heard"); if (place) place.innerHTML = html; }
  const LINK = { live: "Updates as they come", polling: "Updates every 10 seconds", waiting: "Not connected, trying again" };
  function showLink(mode) {
    const place = byId("link");
    if (!place || place.dataset.mode === mode) return;
    place.dataset.mode = mode;
    // A page without a part that changes does not say that it does.
    place.textContent = mode === "waiting" || changes() ? LINK[mode] : "";
  }
  const changes = () => byId("board") || document.querySelector("[data-live]");
  // Tells whether a page is about one of these apps, or about all; a page of no app is about each.
  function concerns(apps) {
    const about = location.pathname.match(/^\/apps\/([^/]+)/)?.[1];
    return !about || !apps.length || apps.includes(about);
  }
  // Says on a page that does not change that it is old; one that says what was done stays true.
  function offerReload(apps) {
    const place = byId("link");
    if (!place || changes() || place.querySelector("a") || !concerns(apps) || document.querySelector("[data-done]")) return;
    const again = document.createElement("a");
    again.href = location.href;
    again.textContent = "Something has changed: load again";
    place.replaceChildren(again);
  }

  // ---- One stream per browser: the tab that holds the lock has it, and tells the others
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("release-board") : null;
  let mode = null, stream = null, release = null, wish = null, poller = null, lost = null;
  function setMode(next) {
    mode = next;
    showLink(next);
    clearInterval(poller);
    poller = next === "polling" ? setInterval(poll, POLL_MS) : null;
  }
  function tell(message) { take(message); channel?.postMessage(message); }
  function lead(next) { setMode(next); channel?.postMessage({ kind: "mode", mode: next, at }); }
  if (channel) channel.onmessage = ({ data }) => {
    if (data.kind === "hello") { if (release) channel.postMessage({ kind: "mode", mode, at }); return; }
    if (data.kind !== "mode") { take(data); return; }
    if (release || document.hidden || !data.mode) return;
    if (mode !== data.mode) setMode(data.mode);
    if (at !== null && data.at > at) { at = data.at; if (changes()) refresh(); else offerReload([]); }
  };
  function connect() {
    const source = new EventSource(at === null ? "/events" : `/events?after=${at}`);
    let rows = [], gone = [];
    stream = source;
    source.onopen = () => { clearTimeout(lost); lead("live"); };
    source.onerror = () => {
      clearTimeout(lost);
      rows = [];
      gone = [];
      // A browser does not try again by itself after an answer such as 503.
      if (source.readyState === EventSource.CLOSED && stream === source) { stream = null; polls = 0; lead("polling"); poll(); } else lost = setTimeout(() => showLink("waiting"), LOST_MS);
    };
    source.addEventListener("row", (event) => rows.push(event.data));
    source.addEventListener("gone", (event) => gone.push(event.data));
    source.addEventListener("heard", (event) => tell({ kind: "heard", html: event.data }));
    source.addEventListener("clock", (event) => tell({ kind: "clock", skew: Date.now() - Number(event.data) * 1000 }));
    for (const kind of ["changed", "reload"]) source.addEventListener(kind, (event) => {
      tell({ kind, rows, gone, ...JSON.parse(event.data) });
      rows = [];
      gone = [];
    });
  }
  let polls = 0;
  async function poll() {
    if (document.hidden) return;
    if (release && ++polls > POLLS_BEFORE_STREAM && navigator.locks) { polls = 0; connect(); return; }
    try {
      const answer = await fetch("/heard", { cache: "no-cache" });
      if (!answer.ok) throw new Error(answer.statusText);
      showLink("polling");
      showHeard(await answer.text());
      tick();
      const newest = number(answer.headers.get("X-Change"));
      if (newest !== at) { if (at !== null) offerReload([]); at = newest; if (changes()) await refresh(); }
    } catch { showLink("waiting"); }
  }
  function start() {
    tick();
    // Only pages from https or this machine may hold locks; elsewhere several streams could use up all connections.
    if (!navigator.locks || !channel) { setMode("polling"); poll(); return; }
    const asked = new AbortController();
    wish = asked;
    navigator.locks.request("release-board", { signal: wish.signal }, () => (asked.signal.aborted ? null : new Promise((done) => { release = done; connect(); }))).catch(() => {});
    channel.postMessage({ kind: "hello" });
  }
  function stop() {
    wish?.abort();
    stream?.close();
    release?.();
    clearInterval(poller);
    clearTimeout(lost);
    stream = release = wish = poller = mode = null;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => { if (event.persisted) { start(); if (changes()) refresh(); } });

  // ---- Keys
  const ACTIONS = { p: "promote", r: "rollback" };
  const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const firstLink = (cell) => cell?.querySelector("a");
  const letters = () => { try { return localStorage.getItem("letters") !== "off"; } catch { return true; } };
  // Of all links in the grid, Tab reaches one: the one that was last at.
  function roam(current = null) {
    if (!table()) return;
    const links = [...table().querySelectorAll(LINKS)];
    const one = current ?? links.find((link) => link === document.activeElement) ?? links.find((link) => link.tabIndex === 0 && link.hasAttribute("tabindex")) ?? links[0];
    for (const link of links) link.tabIndex = link === one ? 0 : -1;
  }
  function move(link, key) {
    const cell = link.closest("th, td"), row = cell.parentElement;
    const rows = [...table().children], y = rows.indexOf(row), x = [...row.children].indexOf(cell);
    const step = (cells) => cells.map(firstLink).find(Boolean);
    const along = [...row.children], column = rows.map((one) => one.children[x]);
    const target = {
      ArrowLeft: () => step(along.slice(0, x).reverse()), ArrowRight: () => step(along.slice(x + 1)),
      ArrowUp: () => step(column.slice(0, y).reverse()), ArrowDown: () => step(column.slice(y + 1)),
      Home: () => step(along), End: () => step([...along].reverse()),
    }[key]?.();
    if (!target) return;
    roam(target);
    target.focus();
  }
  // From the board to the action on the cell's page; there, a key opens it. Who may not is led to what says why.
  function act(action, open) {
    const cell = document.activeElement?.closest("#rows td");
    if (cell) { const link = firstLink(cell); if (link) location.href = `${link.href}#${action}`; return; }
    const link = byId(action);
    if (link && open) link.click();
    else (link ?? byId("sign-in") ?? byId("actions"))?.focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.("input, select, textarea, dialog, [contenteditable]")) return;
    const link = event.target.closest?.("#rows a");
    if (link && (event.key in MOVES || event.key === "Home" || event.key === "End")) { event.preventDefault(); move(link, event.key); return; }
    if (!letters()) return;
    if (event.key === "/") { event.preventDefault(); document.querySelector(".find input")?.focus(); }
    if (event.key === "?") { event.preventDefault(); byId("keys")?.showModal(); }
    if (event.key in ACTIONS) act(ACTIONS[event.key], true);
  });
  document.addEventListener("focusin", (event) => { if (event.target.matches?.("#rows a")) roam(event.target); });
  document.addEventListener("focusout", () => setTimeout(settle));
  document.addEventListener("mouseover", (event) => { if (!event.target.closest?.("tr[data-late]")) settle(); });

  document.addEventListener("DOMContentLoaded", () => {
    const button = byId("show-keys"), choice = byId("letters");
    if (button) { button.hidden = false; button.addEventListener("click", () => byId("keys").showModal()); }
    if (choice) {
      choice.checked = letters();
      choice.addEventListener("change", () => { try { localStorage.setItem("letters", choice.checked ? "on" : "off"); } catch { /* kept for this page only */ } });
    }
    roam();
    if (Object.values(ACTIONS).includes(location.hash.slice(1))) act(location.hash.slice(1), false);
    setInterval(tick, 1000);
    if (!document.hidden) start();
  });
})();
