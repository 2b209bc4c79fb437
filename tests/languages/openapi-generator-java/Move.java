import java.io.File;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.ExportsApi;
import org.openapitools.client.api.ImportsApi;
import org.openapitools.client.model.ExportCreate;
import org.openapitools.client.model.ExportDetail;
import org.openapitools.client.model.ExportStatus;
import org.openapitools.client.model.ImportDetail;
import org.openapitools.client.model.ImportStatus;
import org.openapitools.client.model.ImportUpdate;

/** Moves a project with the java client of openapi-generator. */
public class Move {
    static final Map<String, String> env = System.getenv();

    static ApiClient connect(String host, String token) {
        ApiClient client = new ApiClient();
        client.setBasePath(host);
        client.setApiKeyPrefix("Token");
        client.setApiKey(token);
        return client;
    }

    /** Asks until there is the wanted status, for half a minute. */
    static <T, S> T wait(Callable<T> get, Function<T, S> status, S wanted, S failed) throws Exception {
        for (int i = 0; i < 600; i++) {
            T job = get.call();
            if (status.apply(job) == wanted) return job;
            require(status.apply(job) != failed, job);
            Thread.sleep(50);
        }
        throw new Exception("not " + wanted + " in time");
    }

    static void require(boolean holds, Object what) throws Exception {
        if (!holds) throw new Exception(what.toString());
    }

    public static void main(String[] args) throws Exception {
        String source = env.get("SOURCE"), target = env.get("TARGET");
        ExportsApi exports = new ExportsApi(connect(env.get("HOST"), env.get("SOURCE_TOKEN")));
        ImportsApi imports = new ImportsApi(connect(env.get("HOST"), env.get("TARGET_TOKEN")));

        UUID exportId = exports.exportsCreate(source, new ExportCreate(), true, null).getId();
        ExportDetail done = wait(() -> exports.exportsGet(source, exportId),
            ExportDetail::getStatus, ExportStatus.COMPLETED, ExportStatus.FAILED);
        File archive = exports.exportsDownload(source, exportId, null);
        require(archive.length() == done.getSize(), done);

        UUID importId = imports.importsCreate(target, archive, null, null, null).getId();
        ImportDetail scanned = wait(() -> imports.importsGet(target, importId),
            ImportDetail::getStatus, ImportStatus.CONFIRMATION, ImportStatus.FAILED);

        // What was scanned is confirmed as it is, with a value for the secret.
        scanned.getEnvironmentVariables().get("TICKET_TOKEN").setValue(env.get("SECRET"));
        imports.importsUpdate(target, importId, new ImportUpdate()
            .deployments(scanned.getDeployments())
            .pipelines(scanned.getPipelines())
            .environments(scanned.getEnvironments())
            .environmentVariables(scanned.getEnvironmentVariables())
            .services(scanned.getServices()));
        wait(() -> imports.importsGet(target, importId),
            ImportDetail::getStatus, ImportStatus.COMPLETED, ImportStatus.FAILED);

        imports.importsDelete(target, importId);
        exports.exportsDelete(source, exportId);
        require(archive.delete(), archive);

        ExportsApi large = new ExportsApi(connect(env.get("LARGE_HOST"), env.get("SOURCE_TOKEN")));
        System.out.println("large " + large.exportsList("large", ExportStatus.COMPLETED).get(0).getSize());
        System.exit(0); // rather than wait until idle connections are closed
    }
}
