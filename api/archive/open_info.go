package archive

import "github.com/go-json-experiment/json/jsontext"

// FormatSpec is the version of the format that [Write] writes and that all
// known archives state.
const FormatSpec = "v1.0"

// Info is the content of info.yaml.
type Info struct {
	// FormatSpec is the version of the format. [Open] does not compare it.
	FormatSpec string `json:"format_spec"`

	// Metadata says where the archive comes from; nil where nothing is said.
	Metadata *Metadata `json:"metadata,omitzero"`

	// Unknown holds what else the file says, as members of a JSON object.
	Unknown jsontext.Value `json:",embed"`
}

// Metadata says where an archive comes from.
type Metadata struct {
	// ExportDate is the time of the export, as the file spells it.
	ExportDate *string `json:"export_date,omitzero"`

	// Unknown holds what else the file says, as members of a JSON object.
	Unknown jsontext.Value `json:",embed"`
}
