// Questions that stand before steps: a step with a question stays covered until the question is answered.
//
// All of it happens in the browser. The model holds the questions, and the answers by step; this part reads
// both and draws. It is set before player.js, in the same module.

class Questions {
  constructor(model) {
    this.model = model;
  }

  get all() {
    return this.model.get("questions");
  }

  at(step) {
    return this.all.find((question) => question.step === step);
  }

  answer(step) {
    return this.model.get("answers")[step];
  }

  isCovered(step) {
    return this.at(step) !== undefined && this.answer(step) === undefined;
  }

  /** How far the reader can go: to the first step that is covered, where its question is asked. */
  get farthest() {
    return this.all.find(({ step }) => this.isCovered(step))?.step ?? Infinity;
  }

  isRight(question) {
    return this.answer(question.step) === question.right;
  }

  choose(step, choice) {
    const question = this.at(step);
    if (!this.isCovered(step) || !question.choices[choice]) return;
    this.model.set("answers", { ...this.model.get("answers"), [step]: choice });
    this.model.save_changes();
  }
}

const QUESTION = `
  <div class="nns-question" hidden>
    <strong></strong>
    <p></p>
    <ol></ol>
    <small>Press the number of your answer, or click it. Then the step is shown.</small>
  </div>`;

/** Draw the question of a covered step. */
function drawQuestion(card, question) {
  if (card.dataset.step === String(question.step)) return;
  card.dataset.step = question.step;
  card.querySelector("strong").textContent = `Predict step ${question.step + 1} · ${question.title}`;
  card.querySelector("p").textContent = question.prompt;
  const rows = question.choices.map((choice, i) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.choice = i;
    button.append(element("kbd", String(i + 1)), element("span", choice.text));
    row.append(button);
    return row;
  });
  card.querySelector("ol").replaceChildren(...rows);
}

/** Say what was answered at an uncovered step, and how the answers stand. */
function drawVerdict(place, questions, step) {
  const question = questions.at(step);
  const parts = question ? verdictOn(question, questions.answer(step)) : [];
  const told = element("p", "");
  told.append(...parts);
  place.dataset.verdict = question ? (questions.isRight(question) ? "right" : "wrong") : "";
  place.replaceChildren(told, tallyOf(questions));
}

function verdictOn(question, answer) {
  const right = question.choices[question.right];
  if (answer === question.right) return [element("strong", `✓ Right: ${right.text}. `), right.explanation];
  const chosen = question.choices[answer];
  const correction = element("span", "");
  correction.append(element("strong", `Right is ${right.text}. `), right.explanation);
  return [element("strong", `✗ Not ${chosen.text}. `), `${chosen.explanation} `, correction];
}

/** "2 of 3 right", and a button for each step that was missed. */
function tallyOf(questions) {
  const answered = questions.all.filter(({ step }) => questions.answer(step) !== undefined);
  const missed = answered.filter((question) => !questions.isRight(question));
  const count = `${answered.length - missed.length} of ${answered.length} right`;
  const tally = element("div", answered.length ? count : `${questions.all.length} questions to come`);
  tally.className = "nns-tally";
  if (missed.length) tally.append(" · missed:");
  for (const { step } of missed) {
    const button = element("button", `step ${step + 1}`);
    button.type = "button";
    button.dataset.step = step;
    tally.append(" ", button);
  }
  return tally;
}

/** What a screen reader is told of a question. */
function questionAloud(question) {
  const choices = question.choices.map((choice, i) => `${i + 1}: ${choice.text}`);
  return [`Predict step ${question.step + 1}. ${question.prompt}`, ...choices].join("\n");
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
