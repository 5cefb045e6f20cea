// What of a page is cut, covered or beyond its box: a line each; none where all is well.
(() => {
  const found = new Set();
  const say = (what, e, more = '') => {
    const own = e.closest('[data-testid], [id], [class]') ?? e;
    const name = own.dataset?.testid || own.id || own.getAttribute('class') || own.tagName;
    const text = (e.getAttribute('aria-label') || e.textContent || e.value || '').trim().replace(/\s+/g, ' ').slice(0, 40);
    found.add(`${what}: ${e.tagName.toLowerCase()}.${name} "${text}" ${more}`);
  };
  const dialog = document.querySelector('dialog[open]');
  const root = dialog ?? document.body;
  const seen = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest('.view-hidden, .unseen, .skip, [aria-hidden=true] option');
  const style = e => getComputedStyle(e);
  const clips = v => v === 'hidden' || v === 'clip';
  const scrolls = v => v === 'auto' || v === 'scroll';
  // What is seen of a box: its part within all that clip it, and whether it could be scrolled to.
  const within = (e, box, from = e.parentElement) => {
    let { left, top, right, bottom } = box, x = false, y = false;
    const fixed = from !== e && style(e).position === 'fixed';
    for (let p = fixed ? null : from; p && p !== document.documentElement; p = p.parentElement) {
      const s = style(p), r = p.getBoundingClientRect();
      if (s.overflowX !== 'visible') { x ||= scrolls(s.overflowX); left = Math.max(left, r.left); right = Math.min(right, r.right); }
      if (s.overflowY !== 'visible') { y ||= scrolls(s.overflowY); top = Math.max(top, r.top); bottom = Math.min(bottom, r.bottom); }
      if (s.position === 'fixed') break;
    }
    return { left, top, right, bottom, x, y };
  };
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > innerWidth) found.add(`the page is ${document.documentElement.scrollWidth} wide`);

  // Text.
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    // A sample may be of any length; its button's name has all of it.
    if (e?.closest('.sample-tokens, .sample-label')) continue;
    if (!node.data.trim() || !e || e.closest('option, script, style, svg, textarea') || !seen(e)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (r.width < 1 || r.height < 1) continue;
      // Its own element clips it too.
      const v = within(e, r, e);
      const cut = !v.x && (v.left - r.left > 1.5 || r.right - v.right > 1.5);
      // Line boxes are higher than letters.
      const low = !v.y && (v.top - r.top > 0.3 * r.height || r.bottom - v.bottom > 0.3 * r.height);
      if (cut || low) { say(cut ? 'cut' : 'cut below', e, `${(r.right - v.right).toFixed(0)} ${(r.bottom - v.bottom).toFixed(0)}`); break; }
      if (!v.x && (r.right > width + 1 || r.left < -1)) { say('text beyond the window', e); break; }
      texts.push({ e, seen: v });
    }
  }
  // What lies over others on purpose, with a ground of its own.
  const layer = e => e.closest('.sheet, .network-editor, .notices, .large, .map-big, .output-read, .layer-tools, .pop[open] > :not(summary), dialog');
  for (let i = 0; i < texts.length; i++) {
    for (let j = i + 1; j < texts.length; j++) {
      const [a, b] = [texts[i], texts[j]];
      if (a.e === b.e || a.e.contains(b.e) || b.e.contains(a.e) || layer(a.e) !== layer(b.e)) continue;
      const w = Math.min(a.seen.right, b.seen.right) - Math.max(a.seen.left, b.seen.left);
      const h = Math.min(a.seen.bottom, b.seen.bottom) - Math.max(a.seen.top, b.seen.top);
      // Line boxes are higher than letters, and are laid over each other by half of that.
      if (w > 1.5 && h > 6) say('text over text', a.e, `by ${w.toFixed(0)} x ${h.toFixed(0)} over "${b.e.textContent.trim().slice(0, 30)}"`);
    }
  }
  const pen = document.createElement('canvas').getContext('2d');
  for (const e of root.querySelectorAll('select, input:not([type=range], [type=checkbox], [type=radio], [type=file], [type=color])')) {
    // An address is longer than any field, and so may be a sample of one's own.
    if (!seen(e) || e.readOnly || e.closest('.own-sample')) continue;
    const s = style(e);
    pen.font = `${s.fontWeight} ${s.fontSize} ${s.fontFamily}`;
    pen.letterSpacing = s.letterSpacing === 'normal' ? '0px' : s.letterSpacing;
    const text = e.tagName === 'SELECT' ? e.selectedOptions[0]?.text ?? '' : e.value || e.placeholder;
    const need = pen.measureText(text).width, room = e.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight);
    if (need > room + 1) say('cut', e, `"${text}" ${need.toFixed(0)} in ${room.toFixed(0)}`);
  }

  // Controls.
  const over = e => e.closest('.sheet, .network-editor, .notices, .large, .map-big, .output-read, dialog') ?? null;
  const controls = [...root.querySelectorAll('button, a[href], select, summary, input, textarea, [role=tab], [role=option]')]
    .filter(e => seen(e) && !e.matches('.network-stop, input[type=file]'))
    .map(e => ({ e, box: e.getBoundingClientRect() }))
    .filter(c => c.box.width > 1 && c.box.height > 1)
    .map(c => ({ ...c, seen: within(c.e, c.box) }));
  for (const { e, box, seen: v } of controls) {
    if (!v.x && (v.left - box.left > 1.5 || box.right - v.right > 1.5)) say('leaves its box', e, `${(box.right - v.right).toFixed(0)}`);
    if (!v.y && (v.top - box.top > 2.5 || box.bottom - v.bottom > 2.5)) say('leaves its box below', e, `${(box.bottom - v.bottom).toFixed(0)}`);
    if (!v.x && (box.right > width + 1 || box.left < -1)) say('beyond the window', e);
    const bar = e.closest('.header, .footer')?.getBoundingClientRect();
    if (bar && !over(e) && (box.top < bar.top || box.bottom > bar.bottom)) say('leaves its bar', e, `${(bar.top - box.top).toFixed(1)} ${(box.bottom - bar.bottom).toFixed(1)}`);
    if (e.matches('.play, .round') && Math.abs(box.width - box.height) > 1) say('is no circle', e, `${box.width} ${box.height}`);
  }
  for (let i = 0; i < controls.length; i++) {
    for (let j = i + 1; j < controls.length; j++) {
      const [a, b] = [controls[i], controls[j]];
      if (a.e.contains(b.e) || b.e.contains(a.e) || over(a.e) !== over(b.e)) continue;
      const w = Math.min(a.seen.right, b.seen.right) - Math.max(a.seen.left, b.seen.left);
      const h = Math.min(a.seen.bottom, b.seen.bottom) - Math.max(a.seen.top, b.seen.top);
      if (w > 2 && h > 2) say('overlaps', a.e, `by ${w.toFixed(0)} x ${h.toFixed(0)} with ${b.e.className || b.e.id || b.e.tagName} "${(b.e.ariaLabel || b.e.textContent).trim().slice(0, 30)}"`);
    }
  }
  return [...found];
})()
