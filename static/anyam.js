// Own behaviour of every page: small, delegated, nothing inline. Without it all pages still work.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const all = (what) => document.querySelectorAll(what);
  const two = (n) => String(n).padStart(2, "0");
  const soon = (most, act) => setTimeout(act, Math.random() * most);

  // Time: the server's clock decides; this device only counts on from it.
  let ahead = 0;
  let ended = false;
  const now = () => Date.now() + ahead;
  const setClock = (text) => {
    const at = Date.parse(text);
    if (at) ahead = at - Date.now();
  };
  const reload = () => {
    const field = document.activeElement;
    if (field && field.matches("input:not([type=checkbox]),textarea") && field.value) setTimeout(reload, 5000);
    else location.reload();
  };
  const tick = () => {
    for (const e of all("[data-sampai]")) {
      const left = Math.max(0, Math.floor((Date.parse(e.dataset.sampai) - now()) / 1000));
      const days = Math.floor(left / 86400);
      const clock = [left % 86400 / 3600, left % 3600 / 60, left % 60].map((n) => two(Math.floor(n))).join(".");
      const text = days ? days + " " + e.dataset.hari + " " + clock : clock;
      if (e.textContent !== text) e.textContent = text;
      if (!left && !ended) { ended = true; soon(20000, reload); }
    }
    for (const e of all("[data-jam]")) {
      const at = new Date(now() + e.dataset.jam * 1000);
      e.textContent = two(at.getUTCHours()) + "." + two(at.getUTCMinutes()) + e.textContent.slice(5);
    }
    const words = document.querySelector("[data-kata]");
    for (const e of words ? all("time[data-lalu]") : []) {
      const past = Math.max(0, Math.floor((now() - Date.parse(e.dateTime)) / 1000));
      const [size, word] = past < 60 ? [1, 0] : past < 3600 ? [60, 1] : past < 86400 ? [3600, 2] : [86400, 3];
      e.textContent = Math.floor(past / size) + " " + words.dataset.kata.split("|")[word];
    }
  };
  const anchor = document.querySelector("[data-kini]");
  if (anchor) setClock(anchor.dataset.kini);
  if (anchor || document.querySelector("[data-kata],[data-sampai]")) { tick(); setInterval(tick, 1000); }
  for (const e of all("[data-muat]")) soon(e.dataset.muat * 1000, () => setTimeout(reload, e.dataset.muat * 500));

  // Live numbers: what changed glows, is told once a minute, and a new state loads the page anew.
  const live = byId("angka") || byId("layar");
  const state = () => (byId("angka") || byId("layar")).dataset.keadaan;
  if (live) {
    const first = state();
    let told = Date.now();
    let gone = false;
    let read = byId("per") && byId("per").dateTime;
    new MutationObserver((seen) => {
      // Only a new reading sets the clock: this also sees the ticking of this very script.
      const per = byId("per");
      if (per && per.dateTime !== read) setClock(read = per.dateTime);
      for (const { target } of seen) {
        const number = (target.parentElement || target).closest("dd");
        if (!number) continue;
        number.classList.remove("baru");
        requestAnimationFrame(() => number.classList.add("baru"));
        const box = byId("pengumuman");
        if (box && Date.now() - told > 60000) {
          told = Date.now();
          box.textContent = [...all("#angka dl > div")].map((d) => d.lastElementChild.textContent + " " + d.firstElementChild.textContent).join(", ");
        }
      }
      if (!gone && state() !== first) { gone = true; soon(5000, reload); }
    }).observe(live.parentElement, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-keadaan", "datetime"] });
  }

  // The socket: say how it stands. The server sends something at least every 15 seconds; a line that
  // says nothing for 40 has died, whatever its state: htmx is told so and connects again with its
  // growing pauses. Meanwhile the part is asked for every half minute. "Connected" is said only when
  // something has come, never beside an old number.
  const SILENT = 40000;
  const sign = byId("sambung");
  const lines = new WeakMap(); // by socket: when it was last heard of
  let heard = Date.now();
  let failures = 0;
  let asking = 0;
  const say = (how) => {
    if (!sign) return;
    sign.dataset.keadaan = how;
    const at = new Date(heard + ahead + (sign.dataset.zona || 0) * 1000);
    const since = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(".");
    sign.lastElementChild.textContent = sign.dataset[how].replace("{jam}", since);
  };
  const ask = async () => {
    const box = document.querySelector("[data-angka]");
    if (!box || document.hidden) return;
    try {
      const answer = await fetch(box.dataset.angka, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15000) });
      if (!answer.ok) throw answer;
      const made = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!asking) return; // connected meanwhile, and newer than this
      const part = byId("angka") || byId("layar");
      part.replaceWith(document.importNode(made.getElementById(part.id), true));
      heard = Date.now();
      say("jajak");
    } catch { if (asking) say("putus"); }
  };
  const askInstead = () => {
    if (asking) return;
    asking = setInterval(ask, 30000);
    ask();
  };
  const quiet = (e) => "diam" in e.dataset; // the number of messages: not what the sign tells of
  const socketOf = (e) => e._htmx && e._htmx.ws && e._htmx.ws.connection && e._htmx.ws.connection.socket;
  setInterval(() => {
    for (const e of all("[hx-ws\\:connect]")) {
      const socket = socketOf(e);
      if (!socket || socket.readyState === WebSocket.CLOSED || document.hidden) continue;
      if (!lines.has(socket)) lines.set(socket, Date.now());
      if (Date.now() - lines.get(socket) < SILENT) continue;
      lines.set(socket, Infinity);
      socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
      if (quiet(e)) continue;
      if (!asking) say("putus");
      askInstead();
    }
  }, 5000);
  document.addEventListener("htmx:ws:before:message:incoming", (e) => {
    const { connection } = e.detail;
    if (connection.socket && lines.get(connection.socket) !== Infinity) lines.set(connection.socket, Date.now());
    if (quiet(e.target)) return;
    heard = Date.now();
    failures = 0;
    clearInterval(asking);
    asking = 0;
    say("ya");
  });
  document.addEventListener("htmx:ws:close", (e) => {
    if (document.hidden || quiet(e.target)) return;
    failures += 1;
    if (!asking) say("putus");
    if (failures >= 3 || e.detail.code === 1008) askInstead(); // 1008: too many from this address
  });
  if (sign && !window.htmx) askInstead();
  // On a slow line htmx may have looked at the page before its part for sockets was here.
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
    for (const e of all("[hx-ws\\:connect]")) if (window.htmx && !(e._htmx && e._htmx.ws)) htmx.process(e);
  }));

  // Search: a pressed button moves the focus to the count; a changed filter only tells it.
  let pressed = false;
  document.addEventListener("submit", (e) => {
    if (e.target.matches("[data-cari]")) pressed = Boolean(e.submitter);
  }, true);
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-langsung]") && e.target.form.requestSubmit) e.target.form.requestSubmit();
  });
  document.addEventListener("htmx:after:swap", () => {
    const count = byId("jumlah");
    if (!count) return;
    byId("pengumuman").textContent = count.textContent;
    if (pressed) count.focus();
    pressed = false;
  });

  // Forms: problems first, letters left, a busy answer tries again by itself, printing.
  const problems = byId("galat");
  if (problems) problems.focus();
  document.addEventListener("input", (e) => {
    const most = e.target.dataset.paling;
    if (most) e.target.nextElementSibling.textContent = e.target.dataset.sisa.replace("{n}", most - [...e.target.value.trim()].length);
  });
  // Sent again in the background, so that what was typed stays here while nobody answers at all.
  for (const form of all("form[data-ulang]")) {
    const words = form.querySelector("[data-ulang-kata]");
    let left = 0;
    let timer = 0;
    const wait = (seconds) => {
      left = seconds + Math.ceil(Math.random() * 3);
      timer = setInterval(count, 1000);
      count();
    };
    const count = () => {
      words.textContent = words.dataset.ulangKata.replace("{n}", left);
      if (left-- <= 0) { clearInterval(timer); again(); }
    };
    const again = async () => {
      let answer;
      try {
        answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      } catch { return wait(Number(form.dataset.ulang)); }
      if (answer.redirected) location.href = answer.url;
      else if (answer.status > 501) wait(Number(answer.headers.get("Retry-After")) || 5);
      else form.submit();
    };
    form.addEventListener("submit", () => clearInterval(timer));
    wait(Number(form.dataset.ulang));
  }
  // What is typed is kept on the server a second after the last key; without an answer, tried again.
  for (const form of all("form[data-draf]")) {
    const told = form.querySelector("[data-draf-kabar]");
    let timer = 0;
    const keep = async () => {
      const body = new URLSearchParams(new FormData(form));
      body.set("_draf", form.dataset.draf);
      try {
        const answer = await fetch("/profil/draf", { method: "POST", body, signal: AbortSignal.timeout(15000) });
        if (answer.status !== 204) throw answer;
        const at = new Date(now());
        told.textContent = form.dataset.drafKata.replace("{jam}", two(at.getHours()) + "." + two(at.getMinutes()));
      } catch (answer) {
        if (!(answer instanceof Response) || answer.status > 501) timer = setTimeout(keep, 5000);
      }
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 1000); });
    form.addEventListener("submit", () => clearTimeout(timer));
  }
  for (const e of all("[data-lihat]")) {
    const field = byId(e.dataset.lihat);
    const show = (shown) => {
      field.type = shown ? "text" : "password";
      e.textContent = e.dataset.kata.split("|")[shown ? 1 : 0];
    };
    e.hidden = false;
    e.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
  }
  for (const e of all("[data-cetak]")) {
    e.hidden = false;
    e.addEventListener("click", () => print());
  }

  // The wall: keep the screen awake, move one pixel a minute against burn-in.
  if (byId("layar")) {
    const stay = () => navigator.wakeLock && document.visibilityState === "visible" && navigator.wakeLock.request("screen").catch(() => {});
    stay();
    document.addEventListener("visibilitychange", stay);
    let at = 0;
    setInterval(() => { document.body.style.transform = "translate(" + [0, 1, 1, 0][at = (at + 1) % 4] + "px," + [0, 0, 1, 1][at] + "px)"; }, 60000);
  }
})();
