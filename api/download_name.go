package api

import (
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"unicode"
)

const maxFileName = 200 // bytes; common file systems take 255

// reservedName matches what Windows takes for a device, with any extension.
var reservedName = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)`)

// suggestedName is the cleaned file name of a Content-Disposition, or "".
func suggestedName(h http.Header) string {
	_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return fileName(params["filename"])
}

// fileName reduces a foreign name to one that stays in its directory: the part
// behind the last separator of any system, without characters that cannot be
// seen or that Windows reserves, without dots or spaces around it, no name of a
// device, and ending in .zip. It is empty if nothing is left, or too much.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Trim(name, ". ")
	if name == "" {
		return ""
	}
	if reservedName.MatchString(name) {
		name = "_" + name
	}
	if !strings.EqualFold(path.Ext(name), ".zip") {
		name += ".zip"
	}
	if len(name) > maxFileName {
		return ""
	}
	return name
}
