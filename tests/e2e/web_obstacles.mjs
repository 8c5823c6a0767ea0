// What keeps people from using a page with a finger, a keyboard or a screen reader. Runs in the page.

export function obstacles(touch) {
  const USABLE = 'button, a[href], input, select, textarea, summary, [role=button]';
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && element.getBoundingClientRect().width > 1;
  const called = ({ tagName, id, className }) => `${tagName.toLowerCase()}#${id}.${className?.baseVal ?? className}`;
  const labelled = (element) => (element.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent ?? '').join('');
  const nameOf = (element) => (element.getAttribute('aria-label') || labelled(element)
    || [...(element.labels ?? [])].map((label) => label.textContent).join('')
    || (/^(input|select|textarea)$/i.test(element.tagName) ? '' : element.textContent) || element.title).trim();
  // A box that stands in a label is as large as that, and what is laid over a button by style takes its clicks.
  const sizeOf = (element) => {
    const [label] = element.labels ?? [];
    const { width, height } = (label?.contains(element) ? label : element).getBoundingClientRect();
    const over = getComputedStyle(element, '::after');
    const margin = over.position === 'absolute' ? Math.max(0, -parseFloat(over.top) || 0) : 0;
    return Math.min(width, height) + 2 * margin;
  };
  const usable = [...document.querySelectorAll(USABLE)].filter(seen);
  const inText = (element) => element.tagName === 'A' && getComputedStyle(element).display === 'inline';
  const { clientWidth, scrollWidth } = document.documentElement;
  return {
    width: scrollWidth,
    usable: usable.length,
    wide: [...document.body.querySelectorAll('*')]
      .filter((each) => each.getBoundingClientRect().right > clientWidth + 1).map(called).slice(0, 10),
    nameless: usable.filter((each) => !nameOf(each)).map(called),
    small: usable.filter((each) => !inText(each) && Math.round(sizeOf(each)) < touch)
      .map((each) => `${called(each)} ${sizeOf(each)}`),
    unreachable: usable.filter((each) => each.tabIndex < 0 && !each.disabled).map(called),
  };
}
