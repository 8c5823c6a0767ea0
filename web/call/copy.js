// Text into the clipboard.

/**
 * @param {string} text
 * @param {HTMLInputElement} field that shows it, for where the clipboard is closed to pages
 * @returns {Promise<boolean>} false: it is selected, and to be copied by hand
 */
export async function copyText(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field.focus();
    field.select();
    return false;
  }
}
