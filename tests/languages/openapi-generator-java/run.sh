# Makes the java client of openapi-generator and moves the project with it.
set -euo pipefail
. "$HERE/../shared/openapi-generator.sh"

generate java

cp "$HERE/Move.java" client/src/main/java/
cd client
mvn --quiet --batch-mode compile dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=target/lib >maven.log 2>&1 ||
    { cat maven.log; exit 1; }
java -cp 'target/classes:target/lib/*' Move
