(() => {
  "use strict";
  const root = document.documentElement;
  const tip = document.getElementById("tip");
  const { charts } = JSON.parse(document.getElementById("hints").textContent);

  const button = document.getElementById("theme");
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const recall = () => { try { return localStorage.getItem("hyprl-theme"); } catch { return null; } };
  const keep = (name) => { try { localStorage.setItem("hyprl-theme", name); } catch { /* a file may keep nothing */ } };
  const showTheme = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Use the ${isDark() ? "light" : "dark"} theme`);
    button.setAttribute("aria-pressed", String(isDark()));
  };
  if (["light", "dark"].includes(recall())) root.dataset.theme = recall();
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keep(root.dataset.theme);
    showTheme();
  });
  systemDark.addEventListener("change", showTheme);
  showTheme();

  const openBar = (anchor) => {
    const bar = document.getElementById(anchor);
    if (!bar) return;
    bar.open = true;
    bar.scrollIntoView({ block: "start" });
    bar.querySelector("summary").focus();
  };
  const openNamed = () => {
    if (location.hash.startsWith("#bar-")) openBar(location.hash.slice(1));
  };
  addEventListener("hashchange", openNamed);
  openNamed();

  for (const figure of document.querySelectorAll("[data-chart]")) {
    const chart = charts[figure.dataset.chart];
    if (chart && chart.x.some((x) => x !== null)) follow(figure, chart);
  }

  function follow(figure, chart) {
    const texts = chart.texts || charts[chart.like].texts;
    const known = chart.x.map((x, n) => (x === null ? -1 : n)).filter((n) => n >= 0);
    const marks = (chart.marks || []).filter((n) => chart.x[n] !== null);
    const plots = [...figure.querySelectorAll(".plot")];
    let at = -1;

    const nearest = (plot, event) => {
      const box = plot.getBoundingClientRect();
      const distance = (n) => {
        const dx = (chart.x[n] / 1000) * box.width - (event.clientX - box.left);
        const dy = chart.y ? (chart.y[n] / 1000) * box.height - (event.clientY - box.top) : 0;
        return dx * dx + dy * dy;
      };
      return known.reduce((best, n) => (distance(n) < distance(best) ? n : best), known[0]);
    };
    const place = (plot) => {
      const box = plot.getBoundingClientRect();
      const x = box.left + (chart.x[at] / 1000) * box.width;
      const y = chart.y ? box.top + (chart.y[at] / 1000) * box.height : box.top;
      tip.hidden = false;
      const room = root.clientWidth - tip.offsetWidth - 8;
      const side = x + 14 > room ? x - 14 - tip.offsetWidth : x + 14;
      tip.style.left = `${scrollX + Math.max(8, Math.min(room, side))}px`;
      tip.style.top = `${scrollY + Math.max(8, y - (chart.y ? 10 : -6))}px`;
    };
    const show = (n, plot) => {
      at = n;
      for (const each of plots) {
        const line = each.querySelector(".cursor");
        line.setAttribute("x1", chart.x[n]);
        line.setAttribute("x2", chart.x[n]);
        line.classList.add("on");
      }
      const opens = chart.bars && chart.bars[n];
      tip.textContent = texts[n] + (opens ? "\nEnter or click: open this bar" : "");
      place(plot || plots[0]);
    };
    const hide = () => {
      tip.hidden = true;
      for (const each of plots) each.querySelector(".cursor").classList.remove("on");
    };
    const enter = () => {
      const anchor = chart.bars && chart.bars[at];
      if (anchor) { hide(); openBar(anchor); }
    };
    const step = (key) => {
      const here = known.indexOf(at);
      const later = marks.find((n) => n > at);
      const earlier = marks.filter((n) => n < at).pop();
      const moves = {
        ArrowRight: known[Math.min(known.length - 1, here + 1)],
        ArrowLeft: known[Math.max(0, here - 1)],
        Home: known[0],
        End: known[known.length - 1],
        PageDown: later === undefined ? at : later,
        PageUp: earlier === undefined ? at : earlier,
      };
      return moves[key];
    };

    for (const plot of plots) {
      plot.addEventListener("pointermove", (event) => show(nearest(plot, event), plot));
      plot.addEventListener("pointerdown", (event) => show(nearest(plot, event), plot));
      plot.addEventListener("pointerleave", hide);
      plot.addEventListener("click", enter);
    }
    const first = plots[0];
    first.setAttribute("tabindex", "0");
    first.setAttribute("aria-label", `${first.getAttribute("aria-label")} Arrow keys walk the bars, Page Down goes to the next divergence, Enter opens a bar.`);
    first.addEventListener("focus", () => { if (first.matches(":focus-visible")) show(at < 0 ? marks[0] ?? known[0] : at); });
    first.addEventListener("blur", hide);
    first.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { hide(); return; }
      if (event.key === "Enter") { enter(); return; }
      const n = step(event.key);
      if (n === undefined) return;
      event.preventDefault();
      show(n);
    });
  }
})();
