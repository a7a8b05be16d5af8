// Shows one frame of a trace at a time. Every frame is here already, so that no step needs the kernel.
//
// The model holds all state (frames, step, picked, details, receipts, phases, error, questions, answers; of an
// opened layer opened, operation, films, elements) and a view only draws it, so two views of one model agree.
// Drawing is synchronous: when the handler of a key press returns, the new frame is in the page.

const PLAY_MILLISECONDS = 1500; // time to look at a step while playing

const PATIENCE_MILLISECONDS = 5000; // time for the kernel to open a layer

const ICONS = {
  first: "M4 3v10M12 3L7 8l5 5",
  previous: "M10.5 3l-5 5 5 5",
  play: "M5 3v10l8-5z",
  pause: "M5.5 3v10M10.5 3v10",
  next: "M5.5 3l5 5-5 5",
  last: "M12 3v10M4 3l5 5-5 5",
};

const KEYS = {
  Home: "first",
  ArrowLeft: "previous",
  " ": "play",
  ArrowRight: "next",
  End: "last",
  Escape: "release",
  ArrowDown: "open",
  Enter: "open",
  ArrowUp: "close",
  Backspace: "close",
};

const HINTS = {
  layers: "Click a unit, a connection or a pixel to follow its own numbers through both passes.",
  operations: "Click a number to see the terms that make it up.",
};

const icon = (name) =>
  `<svg class="nns-${name}" viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;

const button = (name, label, key) =>
  `<button type="button" data-move="${name}" aria-label="${label}" title="${label} (${key})">
    ${icon(name)}
  </button>`;

const SKELETON = `
  <div class="nns-bar">
    <span class="nns-buttons">
      ${button("first", "First step", "Home")}
      ${button("previous", "Previous step", "←")}
      ${button("play", "Play", "Space")}
      ${button("next", "Next step", "→")}
      ${button("last", "Last step", "End")}
    </span>
    <span class="nns-position"></span>
  </div>
  <div class="nns-rest">
    <div class="nns-error" role="alert"></div>
    <div class="nns-zoom">
      <button type="button" data-move="open" title="Step through this layer's operations (↓ or Enter)">
        Open this layer
      </button>
      <span class="nns-crumbs">
        <button type="button" data-move="close" title="Close this layer (↑ or Esc)"></button>
        <span aria-hidden="true">›</span>
        <b></b>
        <span class="nns-operation"></span>
      </span>
    </div>
    <div class="nns-verdict" hidden></div>
    <div class="nns-stage">
      <div class="nns-frame"></div>
      <div class="nns-detail" aria-live="polite" hidden>
        <div></div>
        <button type="button" data-move="release" aria-label="Let go" title="Let go (Esc)">×</button>
      </div>
      ${QUESTION}
    </div>
    <p></p>
    <details class="nns-receipt"><summary>Receipt of this step</summary><pre></pre></details>
    <div class="nns-spoken" aria-live="polite"></div>
  </div>`;

const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 100)); // Safari has no idle time

/** Frames as SVG elements, each parsed once: when it is first shown, or before, when the page is idle. */
class Film {
  constructor(frames) {
    this.frames = frames;
    this.elements = new Array(frames.length).fill(null);
  }

  /** Parse one frame after the other, each in idle time, for as long as the film is wanted. */
  prepare(isWanted) {
    const next = this.elements.indexOf(null);
    if (next < 0) return;
    whenIdle(() => {
      if (!isWanted()) return;
      this.element(next);
      this.prepare(isWanted);
    });
  }

  element(step) {
    this.elements[step] ??= parse(this.frames[step]);
    return this.elements[step];
  }
}

function parse(frame) {
  const holder = document.createElement("div");
  holder.innerHTML = frame;
  return holder.firstElementChild;
}

/**
 * Mark what was picked and what touches it: an edge names its two ends, and so a unit is named by its edges.
 * All else is dimmed, unless nothing touches it: among the pixels of an image there is nothing to follow.
 */
function mark(svg, picked) {
  for (const element of svg.querySelectorAll(".nn-picked, .nn-incident")) {
    element.classList.remove("nn-picked", "nn-incident");
  }
  const all = (attribute, ref) => [...svg.querySelectorAll(`[${attribute}="${CSS.escape(ref)}"]`)];
  const chosen = picked ? all("data-ref", picked) : [];
  const edges = [...all("data-from", picked), ...all("data-to", picked)];
  const ends = [...chosen, ...edges].flatMap(({ dataset }) => [dataset.from, dataset.to]);
  const units = [...new Set(ends)].filter(Boolean).flatMap((ref) => all("data-ref", ref));
  svg.classList.toggle("nn-picking", edges.length + units.length > 0);
  for (const element of [...edges, ...units]) element.classList.add("nn-incident");
  for (const element of chosen) element.classList.add("nn-picked");
}

/** Where one is among several, counted from 1. */
const place = (index, all) => `${index + 1} of ${all.length}`;

/** Write only what is different, so that a screen reader speaks only then, and a selection survives. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "nns";
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Stepper through the forward and the backward pass");
  root.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight Home End Space Escape ArrowDown ArrowUp");
  root.innerHTML = SKELETON;
  const part = (name) => root.querySelector(name);
  const frame = part(".nns-frame");
  const detail = part(".nns-detail");
  const story = part(".nns-detail > div");
  const error = part(".nns-error");
  const playButton = part('[data-move="play"]');
  const card = part(".nns-question");
  const verdict = part(".nns-verdict");
  const questions = new Questions(model);

  let film = new Film([]);
  let told = ""; // the story that the detail shows
  let timer = null; // set while playing
  let expected = null; // the step that playing has made; any other one was made by hand, and ends it
  let hasKernel = false; // until it answers

  const layers = () => ({ frames: model.get("frames"), receipts: model.get("receipts"), trait: "step" });
  const isOpen = () => model.get("opened") === model.get("step") && model.get("step") in model.get("films");
  /** What the reader steps through: the layers, or the operations of one that is open. */
  const shown = () =>
    isOpen() ? { ...model.get("films")[model.get("opened")], trait: "operation" } : layers();
  const last = () => shown().frames.length - 1;
  const reach = () => (isOpen() ? last() : Math.min(last(), questions.farthest));
  const current = () => Math.max(0, Math.min(model.get(shown().trait), reach()));
  const isBackward = () => model.get("phases")[isOpen() ? model.get("step") : current()] === "backward";
  const canOpen = () => !isOpen() && (hasKernel || model.get("step") in model.get("films"));
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- drawing

  function draw() {
    if (last() < 0) return; // nothing to show yet
    const step = current();
    if (isBeyond()) setTimeout(comeBack); // later, when the slider's link listens again
    const picked = model.get("picked");
    const { frames, receipts } = shown();
    const isCovered = !isOpen() && questions.isCovered(step);
    const receipt = isCovered ? questionAloud(questions.at(step)) : (receipts[step] ?? "");
    if (film.frames !== frames) changeFilm(new Film(frames));
    const svg = film.element(isCovered ? step - 1 : step); // before a step stands what is known by then
    mark(svg, picked);
    if (frame.firstChild !== svg) frame.replaceChildren(svg);
    drawDetail(svg, isCovered ? "" : storyOf(picked));
    drawQuiz(svg, step, isCovered);
    drawZoom(step);
    write(part(".nns-position"), `step ${place(isOpen() ? model.get("step") : step, layers().frames)}`);
    write(part(".nns-rest > p"), isOpen() ? HINTS.operations : HINTS.layers);
    part(".nns-rest > p").hidden = !svg.querySelector("[data-ref]");
    write(part(".nns-receipt pre"), receipt);
    write(part(".nns-spoken"), receipt);
    drawError(model.get("error"));
    for (const [name, end] of [["first", 0], ["previous", 0], ["next", reach()], ["last", reach()]]) {
      part(`[data-move="${name}"]`).setAttribute("aria-disabled", step === end);
    }
    if (timer !== null && (step !== expected || isCovered)) pause();
  }

  /** Take back a step beyond a question, so that the slider stands at the question too. */
  function comeBack() {
    if (isBeyond()) put("step", current());
  }

  const isBeyond = () => !isOpen() && model.get("step") > current();

  /** The numbers of what was picked in this pass; those of a unit or an edge once its step is uncovered. */
  function storyOf(picked) {
    if (isOpen()) return model.get("elements")[picked]?.[isBackward() ? 1 : 0] ?? "";
    const layer = Math.max(1, Number(picked.split(":")[1]));
    if (isBackward() && model.get("frames").length - layer >= questions.farthest) return "";
    return model.get("details")[picked]?.[isBackward() ? 1 : 0] ?? "";
  }

  function drawQuiz(svg, step, isCovered) {
    if (!questions.all.length) return;
    verdict.hidden = false;
    drawVerdict(verdict, questions, isCovered ? null : step);
    if (isCovered) drawQuestion(card, questions.at(step));
    if (isCovered) layOverPanel(card, svg, "height");
    card.hidden = !isCovered;
  }

  /** Lay the story of what was picked over the matrices of the step, which it replaces until it is let go. */
  function drawDetail(svg, html) {
    if (html !== told) story.innerHTML = html;
    told = html;
    detail.hidden = !html;
    if (html) layOverPanel(detail, svg, "data-upper");
  }

  /** Lay something over the panel with the matrices, as high as the panel's attribute `upTo` says. */
  function layOverPanel(cover, svg, upTo) {
    const panel = svg.querySelector("[data-upper]");
    if (!panel) return;
    const { width, height } = svg.viewBox.baseVal;
    const percent = (attribute, whole) => `${(100 * panel.getAttribute(attribute)) / whole}%`;
    cover.style.left = percent("x", width);
    cover.style.width = percent("width", width);
    cover.style.top = percent("y", height);
    cover.style.minHeight = percent(upTo, height);
  }

  /** The way into a layer, where it can be opened, or where in it the reader is, and the way out. */
  function drawZoom(step) {
    part(".nns-zoom").hidden = !isOpen() && !canOpen();
    part('[data-move="open"]').hidden = isOpen();
    part(".nns-crumbs").hidden = !isOpen();
    if (!isOpen()) return;
    const { title, names } = shown();
    write(part('[data-move="close"]'), title);
    write(part(".nns-crumbs b"), names[step]);
    write(part(".nns-operation"), `operation ${place(step, names)}`);
  }

  function changeFilm(next) {
    film = next;
    next.prepare(() => film === next);
  }

  function drawError(message) {
    if ((error.firstChild?.textContent ?? "") === message) return;
    error.replaceChildren();
    if (!message) return;
    const text = document.createElement("span");
    text.textContent = message;
    const dismiss = document.createElement("button");
    dismiss.type = "button";
    dismiss.textContent = "Dismiss";
    dismiss.addEventListener("click", () => put("error", ""));
    error.append(text, dismiss);
  }

  function drawPlaying(isPlaying) {
    const label = isPlaying ? "Pause" : "Play";
    playButton.innerHTML = icon(label.toLowerCase());
    playButton.setAttribute("aria-label", label);
    playButton.title = `${label} (Space)`;
  }

  // ---- moving

  function go(step) {
    const target = Math.max(0, Math.min(step, reach()));
    if (target !== model.get(shown().trait)) put(shown().trait, target);
  }

  /** Ask for the operations of the current layer; the kernel makes them, if they are not here yet. */
  function open() {
    if (!canOpen()) return;
    const step = model.get("step");
    pause();
    model.set({ picked: "", operation: 0, error: "" });
    put("opened", step);
    setTimeout(() => {
      if (model.get("opened") !== step || step in model.get("films")) return;
      model.set("opened", -1);
      put("error", "The kernel does not answer, and it is what opens a layer.");
    }, PATIENCE_MILLISECONDS);
  }

  function close() {
    pause();
    model.set("picked", "");
    put("opened", -1);
  }

  /** Another step is another layer: the one that was open is left. */
  function leave() {
    if (![-1, model.get("step")].includes(model.get("opened"))) close();
  }

  function hear(message) {
    if (message.kind !== "kernel") return;
    hasKernel = true;
    draw();
  }

  function play() {
    drawPlaying(true);
    const advance = (step) => {
      expected = step;
      timer = setTimeout(() => (step < reach() ? advance(step + 1) : pause()), PLAY_MILLISECONDS);
      go(step);
    };
    advance(current() < reach() ? current() + 1 : 0);
  }

  function pause() {
    clearTimeout(timer);
    timer = null;
    drawPlaying(false);
  }

  const moves = {
    first: () => go(0),
    previous: () => go(current() - 1),
    play: () => (timer === null ? play() : pause()),
    next: () => go(current() + 1),
    last: () => go(last()),
    release: () => put("picked", ""),
    open,
    close,
  };

  /** What a key does now, if anything. */
  function moveOf(key) {
    const move = KEYS[key];
    if (move === "open") return canOpen() ? move : undefined;
    if (move === "release" && model.get("picked")) return move;
    if (move === "release" || move === "close") return isOpen() ? "close" : undefined;
    return move;
  }

  // JupyterLab takes keys on the document in the capture phase, before any listener inside the page's elements
  // hears of them: so this one is on the window.
  function onKey(event) {
    const path = event.composedPath();
    if (!path.includes(root) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (/^[1-9]$/.test(event.key) && questions.isCovered(current())) return answer(event, event.key - 1);
    const move = moveOf(event.key);
    if (!move) return;
    event.stopPropagation();
    // Space and Enter press what has the focus.
    if ([" ", "Enter"].includes(event.key) && path[0].closest("button, summary")) return;
    event.preventDefault();
    moves[move]();
  }

  function answer(event, choice) {
    event.stopPropagation();
    questions.choose(current(), choice);
    root.focus({ preventScroll: true }); // the button that was pressed is gone, and the arrows go on from here
  }

  function onClick(event) {
    const choice = event.target.closest("[data-choice]");
    if (choice) return answer(event, Number(choice.dataset.choice));
    const missed = event.target.closest(".nns-tally [data-step]");
    if (missed) return go(Number(missed.dataset.step));
    const move = event.target.closest("[data-move]");
    if (move) return moves[move.dataset.move]();
    if (!frame.contains(event.target)) return;
    const stop = event.target.closest("[data-step]");
    if (stop) return go(Number(stop.dataset.step));
    const ref = event.target.closest("[data-ref]")?.dataset.ref;
    if (ref?.startsWith("layer:")) return go(stepOf(Number(ref.slice("layer:".length))));
    if (ref) put("picked", ref === model.get("picked") ? "" : ref);
  }

  function onDoubleClick(event) {
    if (frame.contains(event.target) && event.target.closest('[data-ref^="layer:"]')) open();
  }

  /** The step of a layer in the pass on show: forward 1 … L+1, then backward L+1 … 1. */
  function stepOf(layer) {
    return isBackward() ? model.get("frames").length - layer : layer - 1;
  }

  window.addEventListener("keydown", onKey, true);
  root.addEventListener("click", onClick);
  root.addEventListener("dblclick", onDoubleClick);
  model.on("change:step", leave);
  model.on("change", draw);
  model.on("msg:custom", hear);
  draw();
  model.send({ kind: "kernel?" });
  el.append(root);

  return () => {
    pause();
    film = new Film([]);
    window.removeEventListener("keydown", onKey, true);
    model.off("change:step", leave);
    model.off("change", draw);
    model.off("msg:custom", hear);
  };
}

export default { render };
