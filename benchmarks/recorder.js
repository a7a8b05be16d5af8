// Watches pictures in the page, each of which its owner replaces: how long that takes after a key press, how
// many pictures reach the screen, and whether there is ever none.
(pictures) => {
  const PATIENCE = 20_000; // milliseconds
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const loaded = (picture) =>
    picture.complete === false && new Promise((next) => picture.addEventListener("load", next, { once: true }));

  class Recorder {
    constructor(holder, kind) {
      this.holder = holder;
      this.kind = kind; // of the picture: "svg" or "img"
      this.last = this.picture();
      new MutationObserver(() => this.changed()).observe(holder, { childList: true, subtree: true });
    }

    picture() {
      return this.holder.querySelector(this.kind);
    }

    isBlank() {
      const picture = this.picture();
      return !picture || picture.getBoundingClientRect().height < 1;
    }

    /** Let `answer` promise the milliseconds from the next key press to the new picture, and to its pixels. */
    expect() {
      this.answer = new Promise((resolve, reject) => {
        this.resolve = resolve;
        setTimeout(() => reject(new Error("no new picture came")), PATIENCE);
      });
    }

    async changed() {
      if (this.watching) this.emptied += this.isBlank();
      const picture = this.picture();
      if (!picture || picture === this.last) return;
      const inDocument = performance.now() - window.pressed;
      this.last = picture;
      await loaded(picture);
      await frame(); // the browser is about to paint it
      await frame(); // it has, and is about to paint again
      this.resolve?.({ inDocument, onScreen: performance.now() - window.pressed });
    }

    /** Look at the picture whenever the browser is about to paint, until `report` is called. */
    async watch() {
      Object.assign(this, { watching: true, shown: 0, emptied: 0, blank: 0 });
      for (let last = this.picture(); this.watching; await frame()) {
        if (this.isBlank()) this.blank += 1;
        else if (this.picture() !== last) {
          this.shown += 1;
          last = this.picture();
        }
      }
    }

    /** How many pictures were shown, how often a change left none, and how often none was painted. */
    report() {
      this.watching = false;
      return { shown: this.shown, emptied: this.emptied, blank: this.blank };
    }
  }

  const cells = document.querySelectorAll(".jp-Cell");
  window.recorders = Object.fromEntries(
    pictures.map(([name, cell, holder, kind]) => [name, new Recorder(cells[cell].querySelector(holder), kind)]),
  );
}
