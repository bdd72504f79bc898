# bash completion for chatctl: asks chatctl itself, so that nicks and rooms are those of this moment.
_chatctl() {
    local word help raw=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS=$'\t' read -r word help; do
        # Inside of quotes a word stands as it is; otherwise what has a meaning for the shell, such as #, is escaped.
        [[ $raw == [\'\"]* ]] || printf -v word %q "$word"
        COMPREPLY+=("$word")
    done < <("${COMP_WORDS[0]}" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _chatctl chatctl
