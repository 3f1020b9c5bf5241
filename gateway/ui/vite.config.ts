import { defineConfig } from 'vite'

export default defineConfig({
	base: '/ui/',
	esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
	build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 600, reportCompressedSize: false },
})
