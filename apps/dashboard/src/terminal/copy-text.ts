/**
 * Puts a text on the clipboard. Browsers offer their clipboard only in secure contexts; a store LAN may serve plain HTTP, where the old way still works.
 * Resolves to whether the text is there.
 */
export async function copyText(text: string): Promise<boolean> {
  if ('clipboard' in navigator) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (cause) {
      console.warn('the clipboard was denied', cause);
    }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
