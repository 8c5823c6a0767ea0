// Which of several ways to take, while some have not answered yet.

/**
 * Waits for the best way that works. One that says nothing for a while is not waited for when a worse one works.
 * @param {Promise<{result: string}>[]} pending steps, the best way first
 * @param {number} patience milliseconds
 * @returns {Promise<number>} its index, or -1 when none works
 */
export function bestWorking(pending, patience) {
  return new Promise((resolve, reject) => {
    const works = pending.map(() => null);
    let patient = true;
    const settle = (outcome) => (value) => {
      clearTimeout(timer);
      outcome(value);
    };
    const look = () => {
      const best = works.indexOf(true);
      const better = works.slice(0, best < 0 ? works.length : best);
      if (!better.includes(null) || (best >= 0 && !patient)) settle(resolve)(best);
    };
    for (const [index, step] of pending.entries()) {
      step.then(({ result }) => {
        works[index] = result === 'ok' || result === 'warning';
        look();
      }, settle(reject));
    }
    const timer = setTimeout(() => {
      patient = false;
      look();
    }, patience);
    if (pending.length === 0) look();
  });
}
