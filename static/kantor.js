// Behaviour of the desk and the control room: small, delegated, nothing inline. Without it every
// page still works as links and forms.
(() => {
  const OFF = "jobfair-pintasan-mati";
  const $ = (selector, from = document) => from.querySelector(selector);
  const keysOff = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };

  // The arrivals bar: how many there are in all (live) less how many this list was made from.
  let told = 0, shownFor = "";
  function arrivals() {
    const tabs = $("#tahap"), list = $(".antre"), bar = $("#antre-baru"), room = $("#ruang");
    if (!tabs || !list || !bar || !room) return;
    for (const tab of tabs.children) {
      if (tab.dataset.tahap === room.dataset.tahap) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    const fresh = Math.max(0, Number(tabs.dataset.semua) - Number(list.dataset.semua));
    $("[data-jumlah]", bar).textContent = fresh;
    bar.hidden = !fresh;
    document.title = (fresh ? `(${fresh}) ` : "") + room.dataset.judul;
    if (fresh && Date.now() - told > 60000) {
      told = Date.now();
      say(bar.textContent.replace(/\s*N\s*$/, ""));
    }
  }

  function say(text) {
    const place = $("#pengumuman");
    if (place) place.textContent = text.replace(/\s+/g, " ").trim();
  }

  // What an act did stays for eight seconds; taking it back stays possible in the trail.
  function toast() {
    const said = $("[data-kabar]");
    if (!said || shownFor === location.href) return;
    shownFor = location.href;
    say($("p", said).textContent);
    setTimeout(() => {
      const busy = said.matches(":hover") || said.contains(document.activeElement);
      if (said.isConnected && !busy) said.hidden = true;
      else if (said.isConnected) setTimeout(() => { said.hidden = true; }, 8000);
    }, 8000);
  }

  function settle() {
    const bar = $("[data-pintasan]");
    if (bar) {
      bar.hidden = false;
      $("#pintasan").checked = !keysOff();
    }
    arrivals();
    toast();
    lookAtOpened();
    setTimeout(noteAgain, 200); // once htmx listens to the field
    $('.antre li[aria-current]')?.scrollIntoView({ block: "nearest" });
  }

  // A note that could not be stored (signed out meanwhile, no line) waits in this tab for the same
  // reviewer and the same application, and is stored when the desk is open again.
  const noteKey = () => {
    const room = $("#ruang"), profile = $(".profil[data-lamaran]");
    return room && profile ? `catatan:${room.dataset.akun}:${profile.dataset.lamaran}` : "";
  };
  document.addEventListener("input", (event) => {
    if (event.target.name !== "note" || !noteKey()) return;
    try { sessionStorage.setItem(noteKey(), event.target.value); } catch { /* not kept */ }
  });
  function noteAgain() {
    const field = $(".catatan textarea"), stored = $("#catatan-kabar input");
    if (!field || !noteKey()) return;
    try {
      const kept = sessionStorage.getItem(noteKey());
      if (kept === null) return;
      if (kept === stored.value) sessionStorage.removeItem(noteKey());
      else if (field.value !== kept && field !== document.activeElement) {
        field.value = kept;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    } catch { /* not kept */ }
  }

  // A decision never falls on somebody who has only just come into view: for a moment after
  // another applicant has been swapped in, the buttons do nothing.
  const READ_FIRST = 700;
  let opened = "", openedAt = 0;
  function lookAtOpened() {
    const profile = $(".profil[data-lamaran]");
    const now = profile ? profile.dataset.lamaran : "";
    if (now === opened) return;
    const first = !opened;
    [opened, openedAt] = [now, performance.now()];
    if (first || !profile || matchMedia("(min-width:64rem)").matches) return;
    const name = $(".profil-nama", profile);
    name.scrollIntoView({ block: "start" });
    name.focus({ preventScroll: true });
  }
  document.addEventListener("submit", (event) => {
    const decides = event.submitter?.name === "ke" && event.target.id.startsWith("putusan-");
    if (!decides || performance.now() - openedAt > READ_FIRST) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // A visible element that bears the key, chosen by what the page offers: no list to keep in step.
  const bearer = (key) => [...document.querySelectorAll(`[data-pintas="${CSS.escape(key)}"]`)]
    .find((element) => element.getClientRects().length);

  function typing(target) {
    return target.isContentEditable || target.closest("textarea,select,dialog[open]") ||
      (target.matches("input") && !/^(checkbox|radio|button|submit)$/.test(target.type));
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (!$("#ruang") || keysOff() || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      $("#bantu")?.showModal();
    } else if (event.key === "/") {
      event.preventDefault();
      ($("#cari") || $("#tahap a"))?.focus();
    } else if (event.key.length === 1) {
      const key = event.key.toLowerCase();
      // At the end of a page of the list, J goes on to the next page.
      const found = bearer(key) || (key === "j" && $("[data-lanjut]"));
      if (found) {
        event.preventDefault();
        found.click();
      }
    }
  });

  // What is shown once can be copied; without a clipboard it is selected, to be copied by hand.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-salin]");
    if (!button) return;
    const source = document.getElementById(button.dataset.salin);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.tersalin;
    } catch {
      getSelection().selectAllChildren(source);
    }
  });
  for (const button of document.querySelectorAll("[data-salin]")) button.hidden = false;

  document.addEventListener("change", (event) => {
    if (event.target.id !== "pintasan") return;
    try { localStorage.setItem(OFF, event.target.checked ? "0" : "1"); } catch { /* not kept */ }
  });

  // A menu closes when something else is pressed, or with Escape.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.siapa[open],details.jabatan[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.siapa[open],details.jabatan[open]")) {
      menu.open = false;
      $("summary", menu).focus();
    }
  });

  // An answer that is not the desk (signed out meanwhile, an error page) is shown whole.
  document.addEventListener("htmx:before:swap", (event) => {
    const ctx = event.detail.ctx;
    if (ctx?.select !== "#ruang" || ctx.text.includes('id="ruang"')) return;
    event.preventDefault();
    if (ctx.response.raw.redirected) location.href = ctx.response.raw.url;
    else {
      const page = new DOMParser().parseFromString(ctx.text, "text/html");
      $("#isi").replaceChildren(...$("#isi", page).childNodes);
      document.title = page.title;
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.sourceElement?.closest("#catatan-kabar,.catatan")) {
      noteAgain();
      return;
    }
    const opened = $(".profil");
    if (opened && event.detail.ctx?.select === "#ruang") opened.scrollTop = 0;
    settle();
  });

  settle();
})();
