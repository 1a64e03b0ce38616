import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of every operation, made from core's checked-in schema; checked in, and CI fails on a difference. */
const config: CodegenConfig = {
  schema: '../core/schema.graphql',
  documents: ['src/graphql/documents/*.graphql'],
  generates: {
    'src/graphql/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { DateTime: 'string', Date: 'string', MinorUnits: 'number', JSON: 'unknown', ID: 'string' },
      },
    },
  },
};

export default config;
