# generate GENERATOR [OPTION..] makes a client in the folder client. The
# generator comes as a Python package and needs Java.
generate() {
    local generator=$INSTALLED/openapi-generator
    if ! test -d "$generator"; then
        python3 -m venv "$generator"
        "$generator/bin/pip" install --quiet "openapi-generator-cli==$VERSION"
    fi
    "$generator/bin/openapi-generator-cli" generate -i "$CONTRACT" -o client -g "$@" >generator.log 2>&1 ||
        { cat generator.log; return 1; }
}
