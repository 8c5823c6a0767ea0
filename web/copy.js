// Text into the clipboard.

/**
 * @param {string} text
 * @param {HTMLElement} shown what shows it: is selected where the clipboard is closed to pages, as over plain HTTP
 * @returns {Promise<boolean>} false: it is selected, and to be copied by hand
 */
export async function copyText(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    shown.focus();
    if (shown instanceof HTMLInputElement) shown.select();
    else getSelection().selectAllChildren(shown);
    return document.execCommand('copy');
  }
}
