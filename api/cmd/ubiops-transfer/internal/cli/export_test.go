package cli

// ProfileJSON returns what profile list prints of a profile.
func ProfileJSON() (string, error) {
	text, err := jsonText(shown("p", profile{Token: "secret"}))
	return string(text), err
}
