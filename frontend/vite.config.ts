/// <reference types="vitest/config" />
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** Pictures that Django's templates name: emitted hashed and listed in the manifest by their source path. */
function namedByTemplates(paths: string[]): Plugin {
  return {
    name: 'named-by-templates',
    apply: 'build',
    buildStart() {
      for (const path of paths) {
        this.emitFile({
          type: 'asset',
          name: basename(path),
          originalFileName: path,
          source: readFileSync(join(import.meta.dirname, path)),
        });
      }
    },
  };
}

// Pages name entries, never bundles: the manifest tells Django which hashed file is which.
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [namedByTemplates(['src/images/mark.svg', 'src/generated/icons.svg'])],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    target: ['chrome90', 'safari15'],
    cssTarget: ['chrome90', 'safari15'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What many islands share are a few lines each: one request for all of them.
            {
              name: 'shared',
              test: /src\/(core\/(csrf|page)|contest\/(elements|clock)|exam\/config|player\/(playlist|clock))\.ts$/,
            },
          ],
        },
      },
      input: [
        'src/entries/core.ts',
        'src/entries/page.ts',
        'src/islands/captions-editor.ts',
        'src/islands/chapters-editor.ts',
        'src/islands/edit.ts',
        'src/islands/upload.ts',
        'src/workers/push.ts',
        'src/styles/site.css',
        'src/styles/discussion.css',
        'src/styles/lecture.css',
        'src/styles/live.css',
        'src/styles/live-final.css',
        'src/styles/tallies.css',
      ],
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
  },
});
