# move compiles move.ts, with what was generated beside it, and runs it.
move() {
    npm install --silent --no-fund --no-audit typescript@5.9.3 @types/node@20.19.43
    cp "$HERE/move.ts" "$HERE/../shared/wait.ts" .
    node_modules/.bin/tsc --strict --noEmitOnError --skipLibCheck --target es2022 --module commonjs --outDir built move.ts
    node built/move.js
}
