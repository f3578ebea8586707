/** The language that the page is written in: its numbers follow it, whatever the browser speaks. */
export const pageLanguage = ('document' in globalThis && document.documentElement.lang) || 'en';
