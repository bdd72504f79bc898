#compdef chatctl
# zsh completion for chatctl: asks chatctl itself, so that nicks and rooms are those of this moment.
_chatctl() {
    local line word
    local -a found
    for line in ${(f)"$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
        word=${line%%$'\t'*}
        found+=("${word//:/\\:}:${line#*$'\t'}")
    done
    if (( $#found )); then
        _describe -V 'chatctl' found
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_chatctl" ]; then
    _chatctl "$@"
else
    compdef _chatctl chatctl
fi
