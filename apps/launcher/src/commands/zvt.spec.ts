import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { zvtDecode } from './zvt.js';

const folder = fileURLToPath(new URL('../../../../../shared/samples/zvt/', import.meta.url));

async function decode(words: string[], input = '', characterSet = 'cp437') {
  const out: string[] = [];
  const errors: string[] = [];
  const status = await zvtDecode(
    words,
    { characterSet },
    {
      input: Readable.from([input]),
      output: { write: (text: string) => out.push(text) },
      errors: { write: (text: string) => errors.push(text) },
    },
  );
  return { status, out: out.join(''), errors: errors.join('') };
}

describe('tillward zvt decode', () => {
  it('takes all its words as one run of bytes and prints JSON', async () => {
    const { status, out, errors } = await decode(['06', '01', '0a', '04000000001250', '490978']);
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    expect(JSON.parse(out)).toEqual({
      control: '06 01',
      name: 'Authorisation',
      direction: 'tillToTerminal',
      bytes: 13,
      fields: [
        { tag: 'BMP 04', name: 'amount', value: 1_250, unit: 'minor' },
        { tag: 'BMP 49', name: 'currency', value: 'EUR' },
      ],
    });
  });

  it('tells the byte of what is malformed, and fails', async () => {
    expect(await decode(['040f', '04', '27000412'])).toEqual({
      status: 1,
      out: '',
      errors: 'byte 5: the field that begins here is longer than what is left\n',
    });
    expect(await decode(['xyz'])).toMatchObject({ status: 1, errors: '"x" is no hexadecimal digit\n' });
  });

  it('reads lines from its input, named or not, and goes on behind a malformed one', async () => {
    const { status, out, errors } = await decode(['-'], '# capture\nfirst.blob 06 0f 00\n\n06d1\n800000 060f00\n');
    expect(status).toBe(1);
    expect(errors).toBe('line 4: byte 2: the bytes end before the length field\n');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ source: 'first.blob', control: '06 0F' }, { control: '80 00' }, { control: '06 0F' }]);
  });

  it('reads texts in another character set', async () => {
    expect((await decode(['06d1', '02', '00', 'e4'], '', 'latin1')).out).toContain('"ä"');
    await expect(decode(['00'], '', 'ebcdic')).rejects.toThrow(/one of cp437/);
  });

  it(
    existsSync(folder) ? 'decodes the captured APDUs' : 'is not tried on captures: the folder ../shared/samples/zvt is absent',
    async () => {
      for (const file of existsSync(folder) ? readdirSync(folder) : []) {
        const text = readFileSync(`${folder}/${file}`, 'utf8');
        const { status, out, errors } = await decode(['-'], text);
        expect({ file, status, errors }).toEqual({ file, status: 0, errors: '' });
        expect(out.trim().split('\n')).toHaveLength(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);
      }
    },
  );
});
