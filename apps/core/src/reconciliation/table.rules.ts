/** A value of a cell. A decimal is a number written out, exact in the file whatever a spreadsheet makes of it; `null` is an empty cell. */
export type Cell = string | number | null | { readonly decimal: string };

/** Spreadsheets take text that begins so for a formula (OWASP, "CSV Injection"). A full-width variant is one to some of them. */
const FORMULA = /^[\t\r\n ]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|]/u;
/** Characters XML 1.0 (section 2.2) can't carry or advises against: control characters but tab and line ends, halves of surrogate pairs, non-characters. */
const NOT_XML = /[^\t\n\r\P{Cc}]|\p{Cs}|[\uFFFE\uFFFF]/gu;

/**
 * Text that came from elsewhere (a file, a person) as a spreadsheet may show it: what it would run as a formula gets an apostrophe before it. Plain numbers with a sign are left: they are what
 * they seem.
 */
export function neutralised(text: string): string {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return text;
  return FORMULA.test(text) ? `'${text}` : text;
}

/** One line of CSV (RFC 4180): every text in quotation marks, formulas neutralised. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells
    .map((cell) => {
      if (cell === null) return '';
      if (typeof cell !== 'string') return numberText(cell);
      return `"${neutralised(cell).replaceAll('"', '""')}"`;
    })
    .join(',')}\r\n`;
}

/** One row of a worksheet (ECMA-376 part 1, section 18.3.1.73). Texts are inline strings, which are never formulas, and are neutralised all the same: people save sheets as CSV. */
export function sheetRow(cells: readonly Cell[], number: number): string {
  const columns = cells.map((cell, i) => {
    const at = `${columnName(i)}${number}`;
    if (cell === null) return '';
    if (typeof cell !== 'string') return `<c r="${at}"><v>${numberText(cell)}</v></c>`;
    return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${xmlText(neutralised(cell))}</t></is></c>`;
  });
  return `<row r="${number}">${columns.join('')}</row>`;
}

function numberText(cell: number | { readonly decimal: string }): string {
  return typeof cell === 'number' ? String(cell) : cell.decimal;
}

/** Text of an XML element. What XML can't carry is replaced by U+FFFD. */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, '\u{FFFD}').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Name of the nth column from 0: A to Z, then AA. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

/** The parts of a workbook with one sheet besides the sheet itself: file name → content (ECMA-376 part 2, section 9; part 1, section 18.2). */
export function workbookParts(sheet: string): Readonly<Record<string, string>> {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packaging = 'http://schemas.openxmlformats.org/package/2006';
  const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return {
    '[Content_Types].xml': `${head}<Types xmlns="${packaging}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${spreadsheet}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${spreadsheet}.worksheet+xml"/></Types>`,
    '_rels/.rels': `${head}<Relationships xmlns="${packaging}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${head}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${office}"><sheets><sheet name="${xmlText(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${head}<Relationships xmlns="${packaging}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  };
}

/** What stands before and after the rows of a worksheet. */
export const SHEET_FRAME = {
  before:
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
  after: '</sheetData></worksheet>',
} as const;
