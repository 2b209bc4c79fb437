// Package archive reads, writes and compares the ZIP files that the import and
// export operations of the API carry.
//
// [Open] reads the directory and the YAML documents of an archive, from any
// [io.ReaderAt], and refuses hostile ones within [Limits]; [OpenFS] does the
// same for a directory tree. [Archive.Content] is what the archive describes,
// as the body that would confirm it whole, so an archive and the details of an
// import are the same thing. [Archive.OpenPackage] streams a package; packages
// are never held in memory.
//
// [Verify] reads all of an archive, packages too, and refuses what only some
// programs that read ZIP files would see.
//
// [Write] is the way back. The same content gives the same bytes. [Rewrite]
// writes an opened archive again, with the files that the format does not know.
// [Unpack] writes it to a directory, [Pack] makes an archive of that.
//
// [Diff] compares two archives by what they mean, [DiffContent] two contents,
// [DiffPackage] two packages,
// [DiffImportDetail] and [DiffExportDetail] what the API says of an import or
// export with a content. [WriteChanges] prints the differences for people,
// [WriteChangesJSON] for programs.
//
// # Layout
//
//	<any directory or none>/
//	  info.yaml                                    format_spec
//	  environment_variables.yaml                   variables of the project (our place for them)
//	  deployments/deployment_<name>/
//	    deployment_<name>.yaml                     deployment_name, input_type, output_type, ...
//	    versions/deployment_<name>_version_<v>.yaml
//	    versions/deployment_<name>_version_<v>.zip the package, if there is one
//	  pipelines/pipeline_<name>/
//	    pipeline_<name>.yaml                       pipeline_name, input_type, output_type, ...
//	    versions/pipeline_<name>_version_<v>.yaml
//	  environments/environment_<name>/             (our place for them)
//	    environment_<name>.yaml                    environment_name, ...
//	    environment_<name>.zip
//	  services/service_<name>/service_<name>.yaml  (our place for them)
//
// Deployments and pipelines lie where the platform's import template has them;
// the platform does not document where the rest lies. Reading goes by the
// keys in the documents: names of directories and files mean nothing, but that
// a package has the name of its document with another extension.
//
// Writing takes objects of any name. In a path, what it cannot have is replaced
// as in %2F, what no file system would take is cut, and if two objects would
// then have one path, or two that differ by case only, one gets a number as in
// deployment_model~2. Any other name is in the path as it is.
//
// A directory has the same layout without the directory around it. A package
// is a ZIP file there or a directory with the same name and the extension
// .package:
//
//	deployments/deployment_<name>/versions/deployment_<name>_version_<v>.package/
//	environments/environment_<name>/environment_<name>.package/
//	_outside/                                    what lies outside of the root directory
//
// # YAML
//
// Descriptions, labels and variables have a prefix in YAML that they do not
// have in JSON, as in deployment_description; the name without it is read too.
// Environment variables are a list in YAML and a dictionary in JSON. A string
// is the text that is written, whatever YAML takes it for: version_name: 1.10
// is "1.10". Keys that the contract does not know become Unknown members and
// are written again; their numbers keep every digit. What YAML 1.1 and 1.2 take
// for different things, as 1e3, 010 or no, is text there. A null for a member
// that knows no null is the same as no member.
//
// Whatever PyYAML reads, and JSON of any encoder, is read too: any 1.x in a
// %YAML line, merge keys (<<), keys that are numbers or null, which become text.
// Refused are several documents in a file, a key that is there twice, tags
// beyond those of JSON's types, aliases that make a document many times larger,
// half of a surrogate pair, and what is beyond [Limits].
package archive
